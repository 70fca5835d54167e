/*
 * A training step of a GPT in plain C, without a BLAS and without intrinsics: what a compiler makes of clear loops.
 * Products are loops over tiles of 8 rows that gcc turns into vectors; OpenMP shares them.
 *
 * gcc -O3 -march=native -ffast-math -fopenmp gpt.c -lm
 *
 * Arguments: the file that GptFile.java writes, threads, iterations of a second for the warm-up, iterations, seconds of
 * an iteration. Prints what GptProcess.java prints. Names: N sequences of T tokens, R = N * T rows, C numbers of a row,
 * H heads of D numbers, V tokens, L layers. A weight is (out, in), so that a sum runs along memory.
 */
#include <math.h>
#include <omp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TILE = 8 };

typedef struct {
    int in, out;
    float *weight, *bias;
} Linear;

typedef struct {
    float *gain, *bias, *mean, *inverse;
} Norm;

typedef struct {
    Norm norm1, norm2;
    Linear qkv, projection, expand, contract;
    float *normed1, *queries, *p, *mixed, *middle, *normed2, *wide, *active, *output;
} Block;

static int V, P, L, H, C, biases, tied, exact, N, T, R, D, batches, losses;
static float learning_rate, beta1, beta2, epsilon;
static float *weights, *gradients, *means, *squares;
static size_t parameters, steps;

static float *tokens, *positions, *embedded, *normed, *logits;
static float *d_stream, *d_normed, *d_row, *d_wide, *d_queries, *d_p;
static Block *blocks;
static Norm last;
static Linear head;
static int32_t *inputs, *targets;

static void fail(const char *message) {
    fprintf(stderr, "gpt: %s\n", message);
    exit(1);
}

static float *floats(size_t n) {
    float *p = aligned_alloc(64, (n * sizeof(float) + 63) / 64 * 64);
    if (!p) fail("out of memory");
    memset(p, 0, n * sizeof(float));
    return p;
}

static void read_all(void *into, size_t n, FILE *file) {
    if (fread(into, 4, n, file) != n) fail("the file ends too early");
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + 1e-9 * now.tv_nsec;
}

/* The gradient of a parameter lies where the parameter lies among the weights. */
static float *gradient(const float *parameter) { return parameter ? gradients + (parameter - weights) : NULL; }

/* out (R, out) = x (R, in) · weightᵀ + bias. */
static void linear(float *restrict out, const float *restrict x, const Linear *l) {
    int in = l->in, outs = l->out;
#pragma omp parallel for collapse(2) schedule(static)
    for (int r = 0; r < R; r += TILE) {
        for (int o = 0; o < outs; o++) {
            const float *restrict w = l->weight + (size_t) o * in;
            const float *restrict rows = x + (size_t) r * in;
            float sums[TILE];
            float start = l->bias ? l->bias[o] : 0;
            for (int k = 0; k < TILE; k++) sums[k] = 0;
            for (int i = 0; i < in; i++) {
                for (int k = 0; k < TILE; k++) sums[k] += rows[k * in + i] * w[i];
            }
            for (int k = 0; k < TILE; k++) out[(size_t) (r + k) * outs + o] = sums[k] + start;
        }
    }
}

/* d_x (R, in) = d (R, out) · weight, then the gradients of weight and bias grow by dᵀ · x and the sums of d. */
static void linear_backward(float *restrict d_x, const float *restrict d, const float *restrict x, const Linear *l) {
    int in = l->in, outs = l->out;
    float *d_weight = gradient(l->weight), *d_bias = gradient(l->bias);
#pragma omp parallel for schedule(static)
    for (int r = 0; r < R; r += TILE) {
        float *restrict rows = d_x + (size_t) r * in;
        memset(rows, 0, sizeof(float) * TILE * in);
        for (int o = 0; o < outs; o++) {
            const float *restrict w = l->weight + (size_t) o * in;
            for (int k = 0; k < TILE; k++) {
                float factor = d[(size_t) (r + k) * outs + o];
                float *restrict row = rows + (size_t) k * in;
                for (int i = 0; i < in; i++) row[i] += factor * w[i];
            }
        }
    }
#pragma omp parallel for schedule(static)
    for (int o = 0; o < outs; o++) {
        float *restrict d_w = d_weight + (size_t) o * in;
        float sum = 0;
        for (int r = 0; r < R; r += TILE) {
            const float *restrict rows = x + (size_t) r * in;
            float f[TILE];
            for (int k = 0; k < TILE; k++) sum += f[k] = d[(size_t) (r + k) * outs + o];
            for (int i = 0; i < in; i++) {
                float total = d_w[i];
                for (int k = 0; k < TILE; k++) total += f[k] * rows[k * in + i];
                d_w[i] = total;
            }
        }
        if (d_bias) d_bias[o] += sum;
    }
}

static void norm(float *restrict out, const float *restrict x, const Norm *n) {
#pragma omp parallel for schedule(static)
    for (int r = 0; r < R; r++) {
        const float *restrict row = x + (size_t) r * C;
        float *restrict to = out + (size_t) r * C;
        float sum = 0, square = 0;
        for (int i = 0; i < C; i++) sum += row[i];
        float mean = sum / C;
        for (int i = 0; i < C; i++) square += (row[i] - mean) * (row[i] - mean);
        float inverse = 1 / sqrtf(square / C + 1e-5f);
        if (n->bias) {
            for (int i = 0; i < C; i++) to[i] = (row[i] - mean) * inverse * n->gain[i] + n->bias[i];
        } else {
            for (int i = 0; i < C; i++) to[i] = (row[i] - mean) * inverse * n->gain[i];
        }
        n->mean[r] = mean;
        n->inverse[r] = inverse;
    }
}

/* d_x grows by the gradient of x; those of gain and bias, sums over rows, by columns, which the threads share. */
static void norm_backward(float *restrict d_x, const float *restrict d, const float *restrict x, const Norm *n) {
    float *d_gain = gradient(n->gain), *d_bias = gradient(n->bias);
#pragma omp parallel
    {
#pragma omp for schedule(static)
        for (int r = 0; r < R; r++) {
            const float *restrict row = x + (size_t) r * C, *restrict from = d + (size_t) r * C;
            float *restrict to = d_x + (size_t) r * C;
            float mean = n->mean[r], inverse = n->inverse[r], sum = 0, product = 0;
            for (int i = 0; i < C; i++) {
                float g = from[i] * n->gain[i];
                sum += g;
                product += g * (row[i] - mean) * inverse;
            }
            sum /= C;
            product /= C;
            for (int i = 0; i < C; i++) {
                float unit = (row[i] - mean) * inverse;
                to[i] += inverse * (from[i] * n->gain[i] - sum - unit * product);
            }
        }
        int share = (C + omp_get_num_threads() - 1) / omp_get_num_threads();
        int begin = share * omp_get_thread_num(), end = begin + share < C ? begin + share : C;
        for (int r = 0; r < R; r++) {
            const float *restrict row = x + (size_t) r * C, *restrict from = d + (size_t) r * C;
            float mean = n->mean[r], inverse = n->inverse[r];
            for (int i = begin; i < end; i++) d_gain[i] += from[i] * (row[i] - mean) * inverse;
            if (d_bias) {
                for (int i = begin; i < end; i++) d_bias[i] += from[i];
            }
        }
    }
}

/* P = softmax(q kᵀ / √d) below the diagonal, (N, H, T, T); out = P v. queries (R, 3, H, D) holds q, k and v. */
static void attention(float *restrict out, float *restrict probabilities, const float *restrict queries) {
    float scale = 1 / sqrtf(D);
#pragma omp parallel for collapse(2) schedule(static)
    for (int n = 0; n < N; n++) {
        for (int h = 0; h < H; h++) {
            const float *base = queries + (size_t) n * T * 3 * C + h * D;
            for (int t = 0; t < T; t++) {
                const float *restrict q = base + (size_t) t * 3 * C;
                float *restrict p = probabilities + (((size_t) n * H + h) * T + t) * T;
                float *restrict to = out + ((size_t) n * T + t) * C + h * D;
                float largest = -INFINITY, sum = 0;
                for (int j = 0; j <= t; j++) {
                    const float *restrict k = base + (size_t) j * 3 * C + C;
                    float s = 0;
                    for (int i = 0; i < D; i++) s += q[i] * k[i];
                    p[j] = s * scale;
                    largest = p[j] > largest ? p[j] : largest;
                }
                for (int j = 0; j <= t; j++) {
                    p[j] = expf(p[j] - largest);
                    sum += p[j];
                }
                float inverse = 1 / sum;
                memset(to, 0, sizeof(float) * D);
                for (int j = 0; j <= t; j++) {
                    const float *restrict v = base + (size_t) j * 3 * C + 2 * C;
                    p[j] *= inverse;
                    for (int i = 0; i < D; i++) to[i] += p[j] * v[i];
                }
            }
        }
    }
}

/* dV = Pᵀ dOut; dP = dOut vᵀ; dS = P (dP - Σ P dP) / √d; dQ = dS k; dK = dSᵀ q. */
static void attention_backward(float *restrict d_all, const float *restrict d, const float *restrict probabilities,
                               const float *restrict queries) {
    float scale = 1 / sqrtf(D);
    memset(d_all, 0, sizeof(float) * R * 3 * C);
#pragma omp parallel for collapse(2) schedule(static)
    for (int n = 0; n < N; n++) {
        for (int h = 0; h < H; h++) {
            const float *base = queries + (size_t) n * T * 3 * C + h * D;
            float *d_base = d_all + (size_t) n * T * 3 * C + h * D;
            float *restrict d_s = d_p + (size_t) omp_get_thread_num() * T;
            for (int t = 0; t < T; t++) {
                const float *restrict p = probabilities + (((size_t) n * H + h) * T + t) * T;
                const float *restrict from = d + ((size_t) n * T + t) * C + h * D;
                const float *restrict q = base + (size_t) t * 3 * C;
                float *restrict d_q = d_base + (size_t) t * 3 * C;
                float sum = 0;
                for (int j = 0; j <= t; j++) {
                    const float *restrict v = base + (size_t) j * 3 * C + 2 * C;
                    float *restrict d_v = d_base + (size_t) j * 3 * C + 2 * C;
                    float product = 0;
                    for (int i = 0; i < D; i++) {
                        product += from[i] * v[i];
                        d_v[i] += p[j] * from[i];
                    }
                    d_s[j] = product;
                    sum += p[j] * product;
                }
                for (int j = 0; j <= t; j++) {
                    const float *restrict k = base + (size_t) j * 3 * C + C;
                    float *restrict d_k = d_base + (size_t) j * 3 * C + C;
                    float g = p[j] * (d_s[j] - sum) * scale;
                    for (int i = 0; i < D; i++) {
                        d_q[i] += g * k[i];
                        d_k[i] += g * q[i];
                    }
                }
            }
        }
    }
}

static void gelu(float *restrict out, const float *restrict x, size_t n) {
    const float root = sqrtf(2 / (float) M_PI);
#pragma omp parallel for schedule(static)
    for (size_t r = 0; r < n; r += C) {
        if (exact) {
            for (size_t i = r; i < r + C; i++) out[i] = 0.5f * x[i] * (1 + erff(x[i] * (float) M_SQRT1_2));
        } else {
            for (size_t i = r; i < r + C; i++) {
                out[i] = 0.5f * x[i] * (1 + tanhf(root * (x[i] + 0.044715f * x[i] * x[i] * x[i])));
            }
        }
    }
}

/* d becomes the gradient of x. */
static void gelu_backward(float *restrict d, const float *restrict x, size_t n) {
    const float root = sqrtf(2 / (float) M_PI);
#pragma omp parallel for schedule(static)
    for (size_t r = 0; r < n; r += C) {
        if (exact) {
            for (size_t i = r; i < r + C; i++) {
                float density = 0.5f * root * expf(-0.5f * x[i] * x[i]);
                d[i] *= 0.5f * (1 + erff(x[i] * (float) M_SQRT1_2)) + x[i] * density;
            }
        } else {
            for (size_t i = r; i < r + C; i++) {
                float t = tanhf(root * (x[i] + 0.044715f * x[i] * x[i] * x[i]));
                float slope = root * (1 + 3 * 0.044715f * x[i] * x[i]);
                d[i] *= 0.5f * (1 + t) + 0.5f * x[i] * (1 - t * t) * slope;
            }
        }
    }
}

static void add(float *restrict out, const float *restrict a, const float *restrict b) {
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < (size_t) R * C; i++) out[i] = a[i] + b[i];
}

/* logits become their gradient; returns the loss. */
static double cross_entropy(const int32_t *y) {
    double loss = 0;
#pragma omp parallel for schedule(static) reduction(+ : loss)
    for (int r = 0; r < R; r++) {
        float *restrict row = logits + (size_t) r * V;
        float largest = row[0], sum = 0, target = row[y[r]];
        for (int j = 1; j < V; j++) largest = row[j] > largest ? row[j] : largest;
        for (int j = 0; j < V; j++) {
            row[j] = expf(row[j] - largest);
            sum += row[j];
        }
        float scale = 1 / (sum * R);
        for (int j = 0; j < V; j++) row[j] *= scale;
        row[y[r]] -= 1.0f / R;
        loss += log(sum) - (target - largest);
    }
    return loss / R;
}

static void adam(void) {
    steps++;
    float share = learning_rate / (1 - powf(beta1, steps)), correction = 1 / (1 - powf(beta2, steps));
    float *restrict w = weights, *restrict g = gradients, *restrict m = means, *restrict s = squares;
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < parameters; i++) {
        m[i] = beta1 * m[i] + (1 - beta1) * g[i];
        s[i] = beta2 * s[i] + (1 - beta2) * g[i] * g[i];
        w[i] -= share * m[i] / (sqrtf(s[i] * correction) + epsilon);
        g[i] = 0;
    }
}

static double step(int batch) {
    const int32_t *x = inputs + (size_t) batch * R, *y = targets + (size_t) batch * R;
#pragma omp parallel for schedule(static)
    for (int r = 0; r < R; r++) {
        const float *restrict token = tokens + (size_t) x[r] * C, *restrict position = positions + (size_t) (r % T) * C;
        for (int i = 0; i < C; i++) embedded[(size_t) r * C + i] = token[i] + position[i];
    }
    const float *stream = embedded;
    for (Block *b = blocks; b < blocks + L; b++) {
        norm(b->normed1, stream, &b->norm1);
        linear(b->queries, b->normed1, &b->qkv);
        attention(b->mixed, b->p, b->queries);
        linear(b->output, b->mixed, &b->projection);
        add(b->middle, stream, b->output);
        norm(b->normed2, b->middle, &b->norm2);
        linear(b->wide, b->normed2, &b->expand);
        gelu(b->active, b->wide, (size_t) R * 4 * C);
        linear(d_row, b->active, &b->contract);
        add(b->output, b->middle, d_row);
        stream = b->output;
    }
    norm(normed, stream, &last);
    linear(logits, normed, &head);
    double loss = cross_entropy(y);

    linear_backward(d_normed, logits, normed, &head);
    memset(d_stream, 0, sizeof(float) * R * C);
    norm_backward(d_stream, d_normed, stream, &last);
    for (Block *b = blocks + L - 1; b >= blocks; b--) {
        linear_backward(d_wide, d_stream, b->active, &b->contract);
        gelu_backward(d_wide, b->wide, (size_t) R * 4 * C);
        linear_backward(d_normed, d_wide, b->normed2, &b->expand);
        norm_backward(d_stream, d_normed, b->middle, &b->norm2);
        linear_backward(d_row, d_stream, b->mixed, &b->projection);
        attention_backward(d_queries, d_row, b->p, b->queries);
        linear_backward(d_normed, d_queries, b->normed1, &b->qkv);
        norm_backward(d_stream, d_normed, b == blocks ? embedded : (b - 1)->output, &b->norm1);
    }
    float *d_tokens = gradient(tokens), *d_positions = gradient(positions);
    for (int r = 0; r < R; r++) {
        const float *restrict from = d_stream + (size_t) r * C;
        float *restrict token = d_tokens + (size_t) x[r] * C, *restrict position = d_positions + (size_t) (r % T) * C;
        for (int i = 0; i < C; i++) {
            token[i] += from[i];
            position[i] += from[i];
        }
    }
    adam();
    return loss;
}

/* The next n parameters. */
static float *take(size_t n) {
    float *p = weights + parameters;
    parameters += n;
    return p;
}

static Norm take_norm(void) {
    Norm n = {.gain = take(C), .mean = floats(R), .inverse = floats(R)};
    if (biases) n.bias = take(C);
    return n;
}

static Linear take_linear(int in, int out, int bias) {
    Linear l = {.in = in, .out = out, .weight = take((size_t) in * out)};
    if (bias) l.bias = take(out);
    return l;
}

static void read_norm(Norm *n, FILE *file) {
    read_all(n->gain, C, file);
    if (n->bias) read_all(n->bias, C, file);
}

/* The file has the weight as (in, out). */
static void read_linear(Linear *l, FILE *file) {
    float *row = floats(l->out);
    for (int i = 0; i < l->in; i++) {
        read_all(row, l->out, file);
        for (int o = 0; o < l->out; o++) l->weight[(size_t) o * l->in + i] = row[o];
    }
    free(row);
    if (l->bias) read_all(l->bias, l->out, file);
}

static void take_all(void) {
    tokens = take((size_t) V * C);
    positions = take((size_t) P * C);
    for (Block *b = blocks; b < blocks + L; b++) {
        b->norm1 = take_norm();
        b->qkv = take_linear(C, 3 * C, biases);
        b->projection = take_linear(C, C, biases);
        b->norm2 = take_norm();
        b->expand = take_linear(C, 4 * C, biases);
        b->contract = take_linear(4 * C, C, biases);
    }
    last = take_norm();
    head = tied ? (Linear) {.in = C, .out = V, .weight = tokens} : take_linear(C, V, 0);
}

static void load(const char *name) {
    FILE *file = fopen(name, "rb");
    if (!file) {
        perror(name);
        exit(1);
    }
    int32_t sizes[12];
    read_all(sizes, 12, file);
    V = sizes[0], P = sizes[1], L = sizes[2], H = sizes[3], C = sizes[4], biases = sizes[5], tied = sizes[6];
    exact = sizes[7], N = sizes[8], T = sizes[9], batches = sizes[10], losses = sizes[11], R = N * T, D = C / H;
    if (R % TILE) fail("the rows of a batch must be a multiple of 8");
    float *adam_options[] = {&learning_rate, &beta1, &beta2, &epsilon};
    for (int i = 0; i < 4; i++) read_all(adam_options[i], 1, file);

    size_t room = (size_t) C * ((tied ? 1 : 2) * (size_t) V + P + 2) + (size_t) L * C * (12 * C + 13);
    weights = floats(room), gradients = floats(room), means = floats(room), squares = floats(room);
    blocks = calloc(L, sizeof(Block));
    take_all();
    read_all(tokens, (size_t) V * C, file);
    read_all(positions, (size_t) P * C, file);
    size_t rows = (size_t) R * C;
    for (Block *b = blocks; b < blocks + L; b++) {
        read_norm(&b->norm1, file);
        read_linear(&b->qkv, file);
        read_linear(&b->projection, file);
        read_norm(&b->norm2, file);
        read_linear(&b->expand, file);
        read_linear(&b->contract, file);
        b->normed1 = floats(rows), b->queries = floats(3 * rows), b->p = floats((size_t) N * H * T * T);
        b->mixed = floats(rows), b->middle = floats(rows), b->normed2 = floats(rows);
        b->wide = floats(4 * rows), b->active = floats(4 * rows), b->output = floats(rows);
    }
    read_norm(&last, file);
    if (!tied) read_linear(&head, file);
    inputs = malloc((size_t) batches * R * 4);
    targets = malloc((size_t) batches * R * 4);
    read_all(inputs, (size_t) batches * R, file);
    read_all(targets, (size_t) batches * R, file);
    fclose(file);
    embedded = floats(rows), normed = floats(rows), logits = floats((size_t) R * V);
    d_stream = floats(rows), d_normed = floats(rows), d_row = floats(rows);
    d_wide = floats(4 * rows), d_queries = floats(3 * rows), d_p = floats((size_t) omp_get_max_threads() * T);
}

int main(int count, char **arguments) {
    if (count != 6) {
        fprintf(stderr, "gpt: wants: file, threads, iterations of a second for the warm-up, iterations, seconds of an "
                        "iteration\n");
        return 2;
    }
    omp_set_num_threads(atoi(arguments[2]));
    int warmups = atoi(arguments[3]), iterations = atoi(arguments[4]);
    double duration = atof(arguments[5]);
    load(arguments[1]);

    printf("version gcc %s\n", __VERSION__);
    int at = 0;
    for (; at < losses; at++) printf("loss %.9g\n", step(at % batches));
    printf("ready\n");
    for (int iteration = 0; iteration < warmups + iterations; iteration++) {
        double start = seconds(), now = start;
        int done = 0;
        for (; now - start < (iteration < warmups ? 1 : duration); now = seconds()) {
            step(at++ % batches);
            done++;
        }
        if (iteration >= warmups) printf("step %.9g\n", (now - start) * 1e6 / done);
    }
    return 0;
}
