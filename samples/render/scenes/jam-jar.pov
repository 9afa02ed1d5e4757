// An empty jar of clear glass that stands open, a little off the camera's axis.
#declare Caustics = 1;
#include "belt.inc"

mesh2 {
  #include "body.inc"
  GlassOf(<0.80, 0.92, 0.85>, 2.0)
  rotate z*-90 translate <-8.7, 6.65, 0> rotate y*20
}
