// A brown beer bottle that lies on its side.
#declare Caustics = 1;
#include "belt.inc"

union {
  mesh2 { #include "body.inc" GlassOf(<0.42, 0.14, 0.03>, 0.5) }
  mesh2 { #include "label.inc" Printed("label.png", 0.3) rotate y*50 }
  rotate z*-90
  translate <-13.7, 4.0, 0>
  rotate y*35
}
