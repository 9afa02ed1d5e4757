// A used brown paper towel.
#include "belt.inc"
mesh2 { #include "cloth.inc" Printed("cloth.png", 0) rotate y*15 }
