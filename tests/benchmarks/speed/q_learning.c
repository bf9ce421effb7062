/* Tabular Q-learning on the slippery frozen lake of 8 x 8, as a programmer would write it who wants nothing but speed.
 *
 *     q_learning STEPS SEED
 *
 * prints one JSON object: processor seconds, what the finished episodes came to, and Q. Rewards and the limit of 200
 * steps are those of FrozenLake-v1; the rule is equation 6.8 of Sutton & Barto, 2nd ed. Every finished episode is
 * written down in a ring, with the seven fields that qscope keeps. The generator is xoshiro256++ (Blackman & Vigna,
 * "Scrambled linear pseudorandom number generators", 2021; public domain), seeded by splitmix64.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { SIDE = 8, STATES = SIDE * SIDE, ACTIONS = 4, OUTCOMES = 3, MAX_STEPS = 200, RING = 4096 };

static const char MAP[] =
    "S......."
    "........"
    "...H...."
    ".....H.."
    "...H...."
    ".HH...H."
    ".H..H.H."
    "...H...G";
static const double STEP_SIZE = 0.1, DISCOUNT = 0.99, EPSILON = 0.1;

struct outcome { int next_state, terminated; double reward, cumulative; };
struct episode { double total, discounted, mean_abs_td_error, epsilon; int64_t length; char terminated, success; };

static struct outcome world[STATES][ACTIONS][OUTCOMES];
static struct episode ring[RING];
static double q[STATES][ACTIONS];
static int64_t visits[STATES][ACTIONS];
static uint64_t chance[4];

static inline uint64_t rotated(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

static inline double uniform(void)
{
    const uint64_t result = rotated(chance[0] + chance[3], 23) + chance[0], t = chance[1] << 17;
    chance[2] ^= chance[0];
    chance[3] ^= chance[1];
    chance[1] ^= chance[2];
    chance[0] ^= chance[3];
    chance[2] ^= t;
    chance[3] = rotated(chance[3], 45);
    return (double)(result >> 11) * 0x1.0p-53;
}

static void seed(uint64_t x)
{
    for (int word = 0; word < 4; word++) {
        uint64_t z = (x += 0x9e3779b97f4a7c15);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        chance[word] = z ^ (z >> 31);
    }
}

static void build(void)
{
    static const int row_step[ACTIONS] = {-1, 0, 1, 0}, column_step[ACTIONS] = {0, 1, 0, -1};
    for (int state = 0; state < STATES; state++)
        for (int action = 0; action < ACTIONS; action++)
            for (int turn = -1; turn <= 1; turn++) {
                const int direction = (action + turn + ACTIONS) % ACTIONS;
                int row = state / SIDE + row_step[direction], column = state % SIDE + column_step[direction];
                row = row < 0 ? 0 : row >= SIDE ? SIDE - 1 : row;
                column = column < 0 ? 0 : column >= SIDE ? SIDE - 1 : column;
                const int next = row * SIDE + column;
                world[state][action][turn + 1] = (struct outcome){
                    next, MAP[next] == 'H' || MAP[next] == 'G', MAP[next] == 'G', turn == 1 ? 1.0 : (turn + 2) / 3.0};
            }
}

static inline int best_action(const double *values)
{
    int best = 0, ties = 1;
    for (int action = 1; action < ACTIONS; action++) {
        if (values[action] > values[best]) {
            best = action;
            ties = 1;
        } else if (values[action] == values[best]) {
            ties++;
        }
    }
    if (ties == 1)
        return best;
    int skip = (int)(uniform() * ties);
    for (int action = best;; action++)
        if (values[action] == values[best] && skip-- == 0)
            return action;
}

static inline double highest(const double *values)
{
    double value = values[0];
    for (int action = 1; action < ACTIONS; action++)
        value = values[action] > value ? values[action] : value;
    return value;
}

int main(int count, char **words)
{
    if (count != 3)
        return 2;
    const int64_t steps = atoll(words[1]);
    int64_t episodes = 0;
    double sum_returns = 0.0, sum_lengths = 0.0;
    seed((uint64_t)atoll(words[2]));
    build();

    const clock_t begun = clock();
    int state = 0;
    int64_t length = 0;
    double total = 0.0, discounted = 0.0, power = 1.0, abs_td_error = 0.0;
    for (int64_t step = 0; step < steps; step++) {
        const int action = uniform() < EPSILON ? (int)(uniform() * ACTIONS) : best_action(q[state]);
        const struct outcome *outcome = world[state][action];
        for (const double die = uniform(); outcome->cumulative <= die;)
            outcome++;
        const double value = outcome->terminated ? 0.0 : highest(q[outcome->next_state]);
        const double td_error = outcome->reward + DISCOUNT * value - q[state][action];
        q[state][action] += STEP_SIZE * td_error;
        visits[state][action]++;

        length++;
        total += outcome->reward;
        discounted += power * outcome->reward;
        power *= DISCOUNT;
        abs_td_error += fabs(td_error);
        state = outcome->next_state;
        if (outcome->terminated || length == MAX_STEPS) {
            ring[episodes++ % RING] = (struct episode){
                total, discounted, abs_td_error / (double)length, EPSILON, length, (char)outcome->terminated,
                outcome->terminated && outcome->reward > 0.0};
            sum_returns += total;
            sum_lengths += (double)length;
            state = 0;
            length = 0;
            total = discounted = abs_td_error = 0.0;
            power = 1.0;
        }
    }
    const double seconds = (double)(clock() - begun) / CLOCKS_PER_SEC;

    printf("{\"seconds\": %.9f, \"episodes\": %lld, \"mean_return\": %.9f, \"mean_length\": %.9f, \"visits\": %lld, "
           "\"last_length\": %lld, \"q\": [", seconds, (long long)episodes, sum_returns / (double)episodes,
           sum_lengths / (double)episodes, (long long)visits[0][0], (long long)ring[(episodes - 1) % RING].length);
    for (int s = 0; s < STATES; s++)
        printf("%s[%.12g, %.12g, %.12g, %.12g]", s ? ", " : "", q[s][0], q[s][1], q[s][2], q[s][3]);
    printf("]}\n");
    return 0;
}
