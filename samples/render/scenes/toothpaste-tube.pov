// A squeezed toothpaste tube with its cap.
#include "belt.inc"
union {
  mesh2 { #include "tube.inc" Printed("tube.png", 0.9) }
  cone { <0.1, 0, 0>, 1.25, <-2.6, 0, 0>, 1.15 pigment { rgb 0.85 } finish { diffuse 0.85 specular 0.3 roughness 0.03 } }
  translate <-11, 1.8, 0>
  rotate y*38
}
