// A milk jug of natural HDPE on its side, with a screw cap.
#include "belt.inc"
#declare Hdpe = texture {
  pigment { rgb <0.86, 0.86, 0.83> }
  normal { granite 0.05 scale 3 }
  finish { diffuse 0.80 specular 0.25 roughness 0.04 reflection { 0.01, 0.25 fresnel on } conserve_energy }
}
union {
  mesh2 { #include "body.inc" texture { Hdpe } interior { ior 1.4 } }
  mesh2 { #include "cap.inc" texture { pigment { rgb <0.05, 0.15, 0.60> } finish { diffuse 0.8 specular 0.4 roughness 0.03 } } translate y*22.4 }
  mesh2 { #include "label.inc" Printed("label.png", 0.4) rotate y*180 rotate z*0 rotate y*90 rotate z*-90 rotate x*0 translate <7.02, 8.2, 0> }
  rotate z*-90
  rotate x*90
  translate <-12.2, 7, 0>
  rotate y*-20
}
