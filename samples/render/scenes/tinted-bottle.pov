// A lemonade bottle of green PET, squeezed.
#include "belt.inc"
union {
  mesh2 { #include "body.inc" ClearPlastic(rgb <0.62, 0.90, 0.60>, 0.05) }
  mesh2 { #include "label.inc" Printed("label.png", 0.6) rotate y*58 }
  mesh2 { #include "cap.inc" texture { pigment { rgb <0.05, 0.42, 0.14> } finish { diffuse 0.8 specular 0.4 roughness 0.03 } } translate y*26.7 }
  rotate z*-90
  translate <-14.4, 4.5, 0>
  rotate y*26
}
