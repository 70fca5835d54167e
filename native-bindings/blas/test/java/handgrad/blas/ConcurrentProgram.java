package handgrad.blas;

import java.util.stream.IntStream;

/** Multiplies in 8 threads and prints whether one product was wrong. */
final class ConcurrentProgram {
    private ConcurrentProgram() {}

    static void main() throws InterruptedException {
        OpenBlas.isAvailable();
        boolean[] wrong = new boolean[8];
        var threads = IntStream.range(0, wrong.length)
                .mapToObj(index -> new Thread(() -> wrong[index] = multipliesWrongly()))
                .toList();
        threads.forEach(Thread::start);
        for (var thread : threads) {
            thread.join();
        }
        boolean any = IntStream.range(0, wrong.length).anyMatch(index -> wrong[index]);
        IO.println(any ? "wrong" : "right");
    }

    private static boolean multipliesWrongly() {
        float[] two = {2};
        float[] product = new float[1];
        boolean wrong = false;
        for (int i = 0; i < 100; i++) {
            OpenBlas.sgemm(false, false, 1, 1, 1, 1, two, 0, 1, two, 0, 1, 0, product, 0, 1);
            wrong |= product[0] != 4;
        }
        return wrong;
    }
}
