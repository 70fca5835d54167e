package handgrad.io;

import java.io.IOException;

/** Which operations of a {@link FaultyFileSystem} go wrong, counted from 1 when the plan is armed. */
final class FaultPlan {
    /** What goes wrong from an operation on. */
    enum Fault {
        /** It alone throws, and does nothing. */
        FAILS,
        /** It and all after it throw and do nothing, as those of a disk that is gone. */
        ALL_FAIL,
        /** The disk is full: a write takes half of its bytes, and then nothing can be created or written. */
        FULL,
        /** Every write takes half of its bytes and says so, which is no error. */
        SHORT,
        /** The process is dead: nothing from there on is done. */
        CRASH
    }

    /** What stands for the end of the process; no code of the engine catches it. */
    static final class Crash extends Error {
        private static final long serialVersionUID = 1;
    }

    private Fault fault = Fault.FAILS;
    private int first = Integer.MAX_VALUE;
    private int count;
    private boolean halved;

    /** Counts anew and lets this go wrong from an operation on. */
    void arm(Fault fault, int first) {
        this.fault = fault;
        this.first = first;
        count = 0;
        halved = false;
    }

    /** Lets nothing go wrong any more. */
    void disarm() {
        arm(Fault.FAILS, Integer.MAX_VALUE);
    }

    /** Whether there were as many operations as it was armed for. */
    boolean wasReached() {
        return count >= first;
    }

    /** Before an operation that takes no room: looking, opening, reading, forcing, renaming, deleting, closing. */
    void operation() throws IOException {
        count++;
        switch (fault) {
            case FAILS -> failIf(count == first);
            case ALL_FAIL -> failIf(count >= first);
            case FULL, SHORT -> {}
            case CRASH -> crashIf(count >= first);
        }
    }

    /** Before an operation that makes a name. */
    void creation() throws IOException {
        operation();
        failIf(fault == Fault.FULL && count >= first);
    }

    /** Before a write; returns how many of the bytes it takes. */
    int write(int bytes) throws IOException {
        operation();
        if (count < first || bytes == 0 || (fault != Fault.FULL && fault != Fault.SHORT)) {
            return bytes;
        }
        failIf(fault == Fault.FULL && halved);
        halved = true;
        return (bytes + 1) / 2;
    }

    private static void failIf(boolean fails) throws IOException {
        if (fails) {
            throw new IOException("No space left on device");
        }
    }

    private static void crashIf(boolean crashes) {
        if (crashes) {
            throw new Crash();
        }
    }
}
