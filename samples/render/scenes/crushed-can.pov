// A drink can, crushed in the middle.
#include "belt.inc"
#include "can.inc"
object { Can("label.png", 40) rotate z*-90 translate <-9, 4.4, 0> scale 1.2 rotate y*28 }
