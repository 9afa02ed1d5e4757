// A food tin with a paper label, upright, seen past its lid.
#include "belt.inc"
union {
  mesh2 { #include "body.inc" texture { Steel } }
  mesh2 { #include "label.inc" Printed("label.png", 0.5) rotate y*150 }
  rotate y*20
  scale 1.05
  translate <-2.2, 0, -2.2>
}
