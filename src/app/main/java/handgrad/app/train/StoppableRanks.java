package handgrad.app.train;

import handgrad.app.command.ExitCode;
import handgrad.app.command.StopSignal;
import handgrad.app.command.StopSignals;
import handgrad.nn.Collective;
import java.io.PrintWriter;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;

/**
 * Ranks that tell each other of signals wherever they agree on something, as they do in every step: so all of them stop
 * after the same one, and no step has an agreement for that alone.
 */
public final class StoppableRanks implements Collective {
    private final Collective ranks;
    private final StopSignals signals;
    private int agreed = ExitCode.DONE;

    /**
     * Keeps the signals that come to a rank. Of several ranks none says what a signal waits for: their launcher sends
     * one to all when one of them has ended, and says so itself.
     */
    public static StopSignals signals(Collective ranks, PrintWriter err) {
        return ranks.size() > 1 ? StopSignals.install() : StopSignals.install(err, "the start");
    }

    /** These ranks, and the signals that come to this one. */
    public StoppableRanks(Collective ranks, StopSignals signals) {
        this.ranks = ranks;
        this.signals = signals;
    }

    /** A signal that came to this rank. */
    Optional<StopSignal> pending() {
        return signals.pending();
    }

    /** Says what a signal that comes from now on waits for. */
    void during(String what) {
        signals.during(what);
    }

    /** A signal that came to one of the ranks before the last agreement; where there is one rank alone, until now. */
    Optional<StopSignal> asked() {
        return size() == 1
                ? pending()
                : Arrays.stream(StopSignal.values())
                        .filter(signal -> signal.exitCode() == agreed)
                        .findFirst();
    }

    /** As of any ranks, where a signal is a wish that is its exit code. */
    @Override
    public int agree(int wish) {
        agreed = ranks.agree(Math.max(wish, pending().map(StopSignal::exitCode).orElse(ExitCode.DONE)));
        return agreed;
    }

    @Override
    public int rank() {
        return ranks.rank();
    }

    @Override
    public int size() {
        return ranks.size();
    }

    @Override
    public void allToAll(MemorySegment sent, MemorySegment received) {
        ranks.allToAll(sent, received);
    }

    @Override
    public void allGather(MemorySegment sent, MemorySegment received) {
        ranks.allGather(sent, received);
    }

    @Override
    public void broadcast(MemorySegment data) {
        ranks.broadcast(data);
    }

    @Override
    public void abort(String message) {
        ranks.abort(message);
    }
}
