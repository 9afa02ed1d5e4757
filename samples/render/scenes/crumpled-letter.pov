// A printed letter, crumpled to a ball.
#include "belt.inc"
mesh2 { #include "sheet.inc" Printed("sheet.png", 0.1) rotate y*30 }
