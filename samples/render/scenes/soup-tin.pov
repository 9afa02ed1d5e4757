// A food tin with a paper label on its side.
#include "belt.inc"
union {
  mesh2 { #include "body.inc" texture { Steel } }
  mesh2 { #include "label.inc" Printed("label.png", 0.5) rotate y*68 }
  rotate z*-90
  translate <-8.6, 6.4, 0>
  scale 1.1
  rotate y*-154
}
