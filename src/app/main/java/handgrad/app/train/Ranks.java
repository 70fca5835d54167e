package handgrad.app.train;

import handgrad.app.command.ExitCode;
import handgrad.app.command.WrongInputException;
import handgrad.app.mpi.MpiCollective;
import handgrad.nn.Collective;
import handgrad.nn.RankFailedException;
import handgrad.tensor.Backend;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The ranks of a training. All of them train, and all do the same; rank 0 alone prints, writes and has the run folder.
 */
public final class Ranks {
    /** The ranks that this thread has the part of one in, where they are known. */
    static final ScopedValue<Collective> BOUND = ScopedValue.newInstance();

    private Ranks() {}

    /** A training at one of its ranks. */
    public interface RankTraining {
        /** Trains, and returns the exit code. */
        int run(Collective ranks) throws IOException;
    }

    /**
     * Trains at the rank that this process is. Where any rank fails, all end; the first that failed throws its failure,
     * so that one of them tells of it, and the others end as though they were done.
     *
     * @param isShared whether the training was asked to be shared, or may have been when it was started
     */
    public static int train(boolean isShared, RankTraining training) throws IOException {
        if (BOUND.isBound()) {
            return train(BOUND.get(), training);
        }
        var ranks = MpiCollective.ofThisProcess(isShared);
        try {
            return ScopedValue.where(BOUND, ranks).call(() -> train(ranks, training));
        } finally {
            ranks.close(); // after a failure as well, which all know of
        }
    }

    private static int train(Collective ranks, RankTraining training) throws IOException {
        try {
            int code = training.run(ranks);
            ranks.barrier(); // rank 0 has more to do after the last step, and may fail in it
            return code;
        } catch (IOException | RuntimeException | Error failure) {
            throwIfFirst(ranks.fail(failure));
            return ExitCode.DONE;
        }
    }

    private static void throwIfFirst(RankFailedException failed) throws IOException {
        switch (failed.getCause()) {
            case null -> {}
            case IOException exception -> throw exception;
            case RuntimeException exception -> throw exception;
            case Error error -> throw error;
            case Throwable other -> throw new IllegalStateException(other);
        }
    }

    /**
     * Refuses ranks that were not started alike, or whose machines compute other bits.
     *
     * @param options with their values
     * @throws WrongInputException at a rank that differs from rank 0; the message says in what
     */
    public static void requireAlike(Collective ranks, Map<String, String> options) {
        if (ranks.size() == 1) {
            return;
        }
        var own = new ArrayList<String>();
        options.forEach((option, text) -> own.add(option + " " + text));
        own.addAll(Backend.environment().facts());
        ranks.barrier();
        var first = List.of(ranks.broadcast(String.join("\0", own)).split("\0", -1));
        if (!own.equals(first)) {
            throw new WrongInputException("rank %d has %s, rank 0 has %s; start all ranks alike"
                    .formatted(ranks.rank(), without(own, first), without(first, own)));
        }
        ranks.barrier(); // before any of them goes on
    }

    private static String without(List<String> some, List<String> others) {
        return some.stream().filter(each -> !others.contains(each)).findFirst().orElse("nothing of the kind");
    }
}
