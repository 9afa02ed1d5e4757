// A clear food tray with a price sticker.
#include "belt.inc"
union {
  mesh2 { #include "body.inc" ClearPlastic(rgb <0.95, 0.96, 0.97>, 0.03) }
  mesh2 { #include "label.inc" Printed("label.png", 0.3) rotate y*12 translate <1.5, 0.62, -0.5> }
  rotate y*18
  translate y*0.1
}
