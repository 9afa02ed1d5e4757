// An empty pot of expanded polystyrene, seen into.
#include "belt.inc"
union {
  mesh2 { #include "body.inc" texture { pigment { rgb <0.88, 0.87, 0.82> } finish { diffuse 0.88 specular 0.1 roughness 0.06 } } }
  mesh2 { #include "label.inc" Printed("label.png", 0.2) rotate y*60 }
  mesh2 { #include "rest.inc" Printed("rest.png", 0.5) }
  scale <1, 0.8, 1>
  rotate <-9, 0, 7>
  translate y*0.6
}
