#include "CRays.h"
