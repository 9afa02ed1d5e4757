// A water bottle of clear PET with cap and label.
#include "belt.inc"
union {
  mesh2 { #include "body.inc" ClearPlastic(rgb <0.95, 0.97, 0.99>, 0.03) }
  mesh2 { #include "label.inc" Printed("label.png", 0.6) rotate y*64 }
  mesh2 {
    #include "cap.inc"
    texture { pigment { rgb <0.04, 0.16, 0.55> } finish { diffuse 0.8 specular 0.4 roughness 0.03 } }
    translate y*25.75
  }
  rotate z*-90
  translate <-14, 4.05, 0>
  rotate y*-28
}
