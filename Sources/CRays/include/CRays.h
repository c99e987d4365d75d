#ifndef CRAYS_H
#define CRAYS_H
#endif
