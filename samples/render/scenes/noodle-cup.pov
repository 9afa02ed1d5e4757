// An empty noodle pot of expanded polystyrene on its side.
#include "belt.inc"
union {
  mesh2 { #include "body.inc" texture { pigment { rgb <0.88, 0.87, 0.83> } normal { crackle 0.05 scale 0.4 } finish { diffuse 0.88 specular 0.1 roughness 0.06 } } }
  mesh2 { #include "label.inc" Printed("label.png", 0.2) rotate y*60 }
  rotate z*-85
  translate <-9, 6.6, 0>
  rotate y*-30
}
