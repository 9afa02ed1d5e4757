// The front page of a newspaper, once folded.
#include "belt.inc"
mesh2 { #include "sheet.inc" Printed("sheet.png", 0) rotate y*72 translate <0.5, 0, 0> }
