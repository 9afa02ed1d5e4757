// A preserve jar with a red label, empty, on its side.
#declare Caustics = 1;
#include "belt.inc"

union {
  mesh2 { #include "body.inc" GlassOf(<0.80, 0.92, 0.85>, 2.0) }
  mesh2 { #include "label.inc" Printed("label.png", 0.4) rotate y*60 }
  rotate z*-90
  translate <-8.6, 6.15, 0>
  rotate y*158
}
