// A milk jug of natural HDPE on its side, with a screw cap.
#include "belt.inc"
#declare Hdpe = texture {
  pigment { rgb <0.86, 0.86, 0.83> }
  normal { granite 0.05 scale 3 }
  finish { diffuse 0.80 specular 0.25 roughness 0.04 reflection { 0.01, 0.25 falloff 3 } conserve_energy }
}
union {
  union {
    mesh2 { #include "body.inc" texture { Hdpe } }
    mesh2 {
      #include "cap.inc"
      texture { pigment { rgb <0.05, 0.15, 0.60> } finish { diffuse 0.8 specular 0.4 roughness 0.03 } }
      translate y*22.4
    }
    rotate z*-90
  }
  mesh2 { #include "label.inc" Printed("label.png", 0.4) translate <8.6, 7.06, 0> }
  translate <-12.2, 7, 0>
  rotate y*-20
}
