/*
 * A training step of makemore part 3's network in plain C: what is left to gain where nothing stands between the formulas
 * and the machine. Elementwise passes are fused where one loop can do two; matrix products go to OpenBLAS.
 *
 * gcc -O3 -march=native -ffast-math step.c libopenblas.so.0 -lm
 *
 * Arguments: the file that WorkloadFile.java writes, iterations of a second for the warm-up, iterations, seconds of an
 * iteration. Prints what PeerProcess.java prints. Names: N rows of a batch, T characters of a row, E numbers of a
 * character, K = T * E, H hidden units, V symbols.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROW_MAJOR = 101, NO_TRANSPOSE = 111, TRANSPOSE = 112 };
void cblas_sgemm(int order, int transpose_a, int transpose_b, int m, int n, int k, float alpha, const float *a, int lda,
                 const float *b, int ldb, float beta, float *c, int ldc);
char *openblas_get_config(void);

static int N, T, E, K, H, V, batches;
static float learning_rate, momentum;
static float *table, *w1, *gain, *bias, *w2, *b2;
static float *d_table, *d_w1, *d_gain, *d_bias, *d_w2, *d_b2;
static float *x, *pre, *unit, *h, *logits, *d_h, *d_x;
static float *mean, *inverse, *running_mean, *running_deviation;
static int32_t *contexts, *nexts;

static float *floats(size_t n) {
    float *p = aligned_alloc(64, (n * sizeof(float) + 63) / 64 * 64);
    if (!p) {
        fprintf(stderr, "out of memory\n");
        exit(1);
    }
    memset(p, 0, n * sizeof(float));
    return p;
}

static void read_all(void *into, size_t size, size_t n, FILE *file) {
    if (fread(into, size, n, file) != n) {
        fprintf(stderr, "the file ends too early\n");
        exit(1);
    }
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + 1e-9 * now.tv_nsec;
}

static void update(float *restrict value, const float *restrict gradient, int n) {
    for (int i = 0; i < n; i++) value[i] -= learning_rate * gradient[i];
}

/* The loops below take their arrays as restrict arguments: gcc vectorises them, tanhf and expf included, only if it knows
   that no two of them overlap. */
static void add(float *restrict into, const float *restrict row, int n) {
    for (int j = 0; j < n; j++) into[j] += row[j];
}

static void add_squares(float *restrict into, const float *restrict row, const float *restrict center, int n) {
    for (int j = 0; j < n; j++) into[j] += (row[j] - center[j]) * (row[j] - center[j]);
}

static void normalize_tanh(float *restrict u, float *restrict y, const float *restrict row, const float *restrict center,
                           const float *restrict scale, const float *restrict g, const float *restrict b, int n) {
    for (int j = 0; j < n; j++) {
        u[j] = (row[j] - center[j]) * scale[j];
        y[j] = tanhf(g[j] * u[j] + b[j]);
    }
}

static void tanh_backward(float *restrict d, float *restrict d_g, float *restrict d_b, const float *restrict u,
                          const float *restrict y, int n) {
    for (int j = 0; j < n; j++) {
        d[j] *= 1 - y[j] * y[j];
        d_b[j] += d[j];
        d_g[j] += d[j] * u[j];
    }
}

static void normalize_backward(float *restrict d, const float *restrict u, const float *restrict scale,
                               const float *restrict g, const float *restrict d_g, const float *restrict d_b, int n) {
    float per_n = 1.0f / N, per_n_1 = 1.0f / (N - 1);
    for (int j = 0; j < n; j++) d[j] = g[j] * scale[j] * (d[j] - d_b[j] * per_n - u[j] * (d_g[j] * per_n_1));
}

static void batch_norm_tanh(void) {
    memset(mean, 0, H * sizeof(float));
    memset(inverse, 0, H * sizeof(float));
    for (int i = 0; i < N; i++) add(mean, pre + i * H, H);
    for (int j = 0; j < H; j++) mean[j] /= N;
    for (int i = 0; i < N; i++) add_squares(inverse, pre + i * H, mean, H);
    for (int j = 0; j < H; j++) {
        float deviation = sqrtf(inverse[j] / (N - 1));
        running_mean[j] += momentum * (mean[j] - running_mean[j]);
        running_deviation[j] += momentum * (deviation - running_deviation[j]);
        inverse[j] = 1 / deviation;
    }
    for (int i = 0; i < N; i++) normalize_tanh(unit + i * H, h + i * H, pre + i * H, mean, inverse, gain, bias, H);
}

/* d_h becomes the gradient of the input of batch normalisation. */
static void batch_norm_tanh_backward(void) {
    memset(d_gain, 0, H * sizeof(float));
    memset(d_bias, 0, H * sizeof(float));
    for (int i = 0; i < N; i++) tanh_backward(d_h + i * H, d_gain, d_bias, unit + i * H, h + i * H, H);
    for (int i = 0; i < N; i++) normalize_backward(d_h + i * H, unit + i * H, inverse, gain, d_gain, d_bias, H);
}

/* logits become their gradient; returns the loss. */
static double cross_entropy(const int32_t *y) {
    double loss = 0;
    for (int i = 0; i < N; i++) {
        float *restrict row = logits + i * V;
        float largest = row[0], sum = 0, target = row[y[i]];
        for (int j = 1; j < V; j++) largest = row[j] > largest ? row[j] : largest;
        for (int j = 0; j < V; j++) {
            row[j] = expf(row[j] - largest);
            sum += row[j];
        }
        float scale = 1 / (sum * N);
        for (int j = 0; j < V; j++) row[j] *= scale;
        row[y[i]] -= 1.0f / N;
        loss += log(sum) - (target - largest);
    }
    return loss / N;
}

static double step(int batch) {
    const int32_t *context = contexts + (size_t) batch * N * T, *next = nexts + (size_t) batch * N;
    for (int i = 0; i < N * T; i++) memcpy(x + i * E, table + context[i] * E, E * sizeof(float));
    cblas_sgemm(ROW_MAJOR, NO_TRANSPOSE, NO_TRANSPOSE, N, H, K, 1, x, K, w1, H, 0, pre, H);
    batch_norm_tanh();
    for (int i = 0; i < N; i++) memcpy(logits + i * V, b2, V * sizeof(float));
    cblas_sgemm(ROW_MAJOR, NO_TRANSPOSE, NO_TRANSPOSE, N, V, H, 1, h, H, w2, V, 1, logits, V);
    double loss = cross_entropy(next);

    cblas_sgemm(ROW_MAJOR, TRANSPOSE, NO_TRANSPOSE, H, V, N, 1, h, H, logits, V, 0, d_w2, V);
    memset(d_b2, 0, V * sizeof(float));
    for (int i = 0; i < N; i++) add(d_b2, logits + i * V, V);
    cblas_sgemm(ROW_MAJOR, NO_TRANSPOSE, TRANSPOSE, N, H, V, 1, logits, V, w2, V, 0, d_h, H);
    batch_norm_tanh_backward();
    cblas_sgemm(ROW_MAJOR, TRANSPOSE, NO_TRANSPOSE, K, H, N, 1, x, K, d_h, H, 0, d_w1, H);
    cblas_sgemm(ROW_MAJOR, NO_TRANSPOSE, TRANSPOSE, N, K, H, 1, d_h, H, w1, H, 0, d_x, K);
    memset(d_table, 0, V * E * sizeof(float));
    for (int i = 0; i < N * T; i++) add(d_table + context[i] * E, d_x + i * E, E);

    update(table, d_table, V * E);
    update(w1, d_w1, K * H);
    update(gain, d_gain, H);
    update(bias, d_bias, H);
    update(w2, d_w2, H * V);
    update(b2, d_b2, V);
    return loss;
}

int main(int count, char **arguments) {
    if (count != 5) {
        fprintf(stderr, "wants: file, iterations of a second for the warm-up, iterations, seconds of an iteration\n");
        return 2;
    }
    FILE *file = fopen(arguments[1], "rb");
    if (!file) {
        perror(arguments[1]);
        return 1;
    }
    int warmups = atoi(arguments[2]), iterations = atoi(arguments[3]);
    double duration = atof(arguments[4]);

    int32_t sizes[6];
    read_all(sizes, 4, 6, file);
    N = sizes[0], T = sizes[1], E = sizes[2], H = sizes[3], V = sizes[4], batches = sizes[5], K = T * E;
    read_all(&learning_rate, 4, 1, file);
    read_all(&momentum, 4, 1, file);
    float **weights[] = {&table, &w1, &gain, &bias, &w2, &b2}, **gradients[] = {&d_table, &d_w1, &d_gain, &d_bias, &d_w2, &d_b2};
    int lengths[] = {V * E, K * H, H, H, H * V, V};
    for (int i = 0; i < 6; i++) {
        *weights[i] = floats(lengths[i]);
        *gradients[i] = floats(lengths[i]);
        read_all(*weights[i], 4, lengths[i], file);
    }
    contexts = malloc((size_t) batches * N * T * 4);
    nexts = malloc((size_t) batches * N * 4);
    read_all(contexts, 4, (size_t) batches * N * T, file);
    read_all(nexts, 4, (size_t) batches * N, file);
    fclose(file);
    x = floats(N * K), d_x = floats(N * K), logits = floats(N * V);
    pre = floats(N * H), unit = floats(N * H), h = floats(N * H), d_h = floats(N * H);
    mean = floats(H), inverse = floats(H), running_mean = floats(H), running_deviation = floats(H);
    for (int j = 0; j < H; j++) running_deviation[j] = 1;

    printf("version gcc %s; %s\n", __VERSION__, openblas_get_config());
    int at = 0;
    for (; at < 10; at++) printf("loss %.9g\n", step(at % batches));
    for (int iteration = 0; iteration < warmups + iterations; iteration++) {
        double start = seconds(), now = start;
        int steps = 0;
        for (; now - start < (iteration < warmups ? 1 : duration); now = seconds()) {
            step(at++ % batches);
            steps++;
        }
        if (iteration >= warmups) printf("step %.9g\n", (now - start) * 1e6 / steps);
    }
    return 0;
}
