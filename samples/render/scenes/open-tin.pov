// An empty food tin, upright, and its cut-off lid beside it.
#include "belt.inc"
union {
  mesh2 { #include "body.inc" texture { Steel } scale <1, 0.62, 1> translate <-5.2, 0.05, 0.5> }
  mesh2 { #include "lid.inc" texture { Steel } rotate <10, 0, -14> translate <10.6, 1.9, -3.2> }
}
