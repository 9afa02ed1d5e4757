// A supermarket flyer with a curled corner.
#include "belt.inc"
mesh2 { #include "sheet.inc" Printed("sheet.png", 0.25) rotate y*-16 translate <-0.5, 0, 0> }
