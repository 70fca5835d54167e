package handgrad.nn;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/** Runs the ranks of a {@link Collective} in threads. */
final class Ranks {
    private Ranks() {}

    /**
     * What the work gives at each rank. A rank that throws aborts the others, and its exception reaches the caller.
     */
    static <T> List<T> each(int size, Function<Collective, T> work) {
        try (var threads = Executors.newFixedThreadPool(size)) {
            var results = threads.invokeAll(Collective.threads(size).stream()
                    .<Callable<T>>map(ranks -> () -> {
                        try {
                            return work.apply(ranks);
                        } catch (RuntimeException | Error failure) {
                            ranks.abort(String.valueOf(failure.getMessage()));
                            throw failure;
                        }
                    })
                    .toList());
            return results.stream().map(Ranks::get).toList();
        } catch (InterruptedException exception) {
            throw new IllegalStateException(exception);
        }
    }

    private static <T> T get(Future<T> result) {
        try {
            return result.get();
        } catch (ExecutionException exception) {
            throw new IllegalStateException(exception.getCause());
        } catch (InterruptedException exception) {
            throw new IllegalStateException(exception);
        }
    }
}
