/* When buyers arrive, see load/arrive.h. */
#include "load/arrive.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

/* How steeply a spike falls: e^-5 of its first moment's rate is left at its end. */
#define SPIKE_FALL 5.0

/* Shares of a sell-out's time and of its buyers, straight lines between them. */
static const struct point {
    double time, buyers;
} sellout[] = {{0, 0},       {0.02, 0.04}, {0.05, 0.14}, {0.10, 0.27}, {0.15, 0.37}, {0.25, 0.52},
               {0.35, 0.64}, {0.50, 0.78}, {0.65, 0.88}, {0.80, 0.95}, {1, 1}};

static const char *const names[] = {
    [ARRIVE_FLAT] = "flat", [ARRIVE_SPIKE] = "spike", [ARRIVE_SELLOUT] = "sellout"};

bool arrive_from_name(const char *name, enum arrive_profile *out)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i]) == 0) {
            *out = (enum arrive_profile)i;
            return true;
        }
    }
    return false;
}

const char *arrive_name(enum arrive_profile profile)
{
    return names[profile];
}

static double on_curve(double share)
{
    const struct point *p = sellout + 1;

    while (p->buyers < share)
        p++;
    return p[-1].time +
           (p->time - p[-1].time) * (share - p[-1].buyers) / (p->buyers - p[-1].buyers);
}

double arrive_at(enum arrive_profile profile, double share)
{
    double s = share < 0 ? 0 : share > 1 ? 1 : share;

    switch (profile) {
    case ARRIVE_SPIKE:
        return -log(1 - s * (1 - exp(-SPIKE_FALL))) / SPIKE_FALL;
    case ARRIVE_SELLOUT:
        return on_curve(s);
    case ARRIVE_FLAT:
        break;
    }
    return s;
}
