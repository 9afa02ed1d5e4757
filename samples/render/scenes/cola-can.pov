// A full-size drink can on its side.
#include "belt.inc"
#include "can.inc"
object { Can("label.png", 70) rotate z*-90 translate <-9, 5, 0> scale 1.15 rotate y*-32 }
