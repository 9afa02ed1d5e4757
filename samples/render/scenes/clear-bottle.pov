// A bottle of clear glass without a label.
#declare Caustics = 1;
#include "belt.inc"

mesh2 {
  #include "body.inc"
  GlassOf(<0.80, 0.92, 0.85>, 2.0)
  rotate z*-90 translate <-13.7, 4.15, 0> rotate y*-40
}
