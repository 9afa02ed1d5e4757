// A green wine bottle that lies on its side.
#declare Caustics = 1;
#include "belt.inc"

union {
  mesh2 { #include "body.inc" GlassOf(<0.16, 0.42, 0.13>, 0.42) }
  mesh2 { #include "label.inc" Printed("label.png", 0.3) rotate y*62 }
  rotate z*-90
  translate <-15.5, 4.2, 0>
  rotate y*-24
}
