// A used napkin with a coffee stain.
#include "belt.inc"
mesh2 { #include "cloth.inc" Printed("cloth.png", 0) rotate y*40 }
