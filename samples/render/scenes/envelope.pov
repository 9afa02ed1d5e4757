// A window envelope with its flap torn open.
#include "belt.inc"
union {
  mesh2 { #include "sheet.inc" Printed("sheet.png", 0.1) }
  mesh2 { #include "flap.inc" texture { pigment { rgb <0.86, 0.86, 0.84> } finish { diffuse 0.85 } } }
  translate <0, 0, -4> rotate y*14
}
