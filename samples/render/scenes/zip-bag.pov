// A used zip bag of clear film.
#include "belt.inc"
union {
  mesh2 { #include "back.inc" ClearPlastic(rgb <0.94, 0.95, 0.95>, 0.05) }
  mesh2 { #include "front.inc" ClearPlastic(rgb <0.94, 0.95, 0.95>, 0.05) }
  mesh2 { #include "zip.inc" texture { pigment { rgb <0.03, 0.42, 0.20> } finish { diffuse 0.8 specular 0.5 roughness 0.02 } } translate z*9.4 }
  rotate y*-68
}
