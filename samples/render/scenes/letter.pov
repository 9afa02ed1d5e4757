// A typed page, crumpled and spread out again.
#include "belt.inc"
mesh2 { #include "sheet.inc" Printed("sheet.png", 0.1) rotate y*66 translate <0, 0, 0> }
