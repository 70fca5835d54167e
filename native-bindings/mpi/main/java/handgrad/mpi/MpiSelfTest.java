package handgrad.mpi;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Lets all ranks exchange numbers that each knows in advance, over a library that is about to be used: a wrong constant
 * or a library of another interface than it seems would lose or mix up data.
 *
 * <p>A number tells who sent it, to whom, and its place. The lengths are those that libraries treat in ways of their
 * own: one number, a few, and more than goes in one message at once (64 KiB in most).
 */
final class MpiSelfTest {
    private static final int[] LENGTHS = {1, 5, 10_000};

    /** The most numbers that a rank sends to all; with many ranks the short lengths are enough. */
    private static final long MOST = 1_000_000;

    /** Between ranks, senders and places, so that no two numbers are equal. */
    private static final long RANK = 1L << 40;

    private static final long TARGET = 1L << 20;

    private final Communicator communicator;
    private final int rank;
    private final int size;

    private MpiSelfTest(Communicator communicator) {
        this.communicator = communicator;
        rank = communicator.rank();
        size = communicator.size();
    }

    /** Every rank runs it at once. */
    static void run(Communicator communicator) {
        var test = new MpiSelfTest(communicator);
        for (int length : LENGTHS) {
            test.broadcast(length);
            test.sum(length);
            test.ring(length);
            if (length * (long) test.size <= MOST) {
                test.allGather(length);
                test.allToAll(length);
            }
        }
    }

    private void broadcast(int length) {
        int root = size - 1;
        try (var arena = Arena.ofConfined()) {
            var buffer = rank == root ? numbers(arena, root, root, length) : arena.allocate(JAVA_LONG, length);
            communicator.broadcast(buffer, root);
            check("broadcast", buffer, 0, root, root, length);
        }
    }

    private void sum(int length) {
        try (var arena = Arena.ofConfined()) {
            var buffer = numbers(arena, rank, 0, length);
            communicator.sum(buffer);
            for (int i = 0; i < length; i++) {
                long ranks = (long) size * (size - 1) / 2;
                check("sum", i, buffer.getAtIndex(JAVA_LONG, i), ranks * RANK + (long) size * i);
            }
        }
    }

    /** To the next rank, from the one before. */
    private void ring(int length) {
        int next = (rank + 1) % size;
        int previous = (rank + size - 1) % size;
        try (var arena = Arena.ofConfined()) {
            var received = arena.allocate(JAVA_LONG, length);
            communicator.sendReceive(numbers(arena, rank, next, length), next, received, previous);
            check("send and receive", received, 0, previous, rank, length);
        }
    }

    private void allGather(int length) {
        try (var arena = Arena.ofConfined()) {
            var received = arena.allocate(JAVA_LONG, (long) length * size);
            communicator.allGather(numbers(arena, rank, 0, length), received);
            for (int sender = 0; sender < size; sender++) {
                check("all-gather", received, sender * length, sender, 0, length);
            }
        }
    }

    private void allToAll(int length) {
        try (var arena = Arena.ofConfined()) {
            var send = arena.allocate(JAVA_LONG, (long) length * size);
            for (int target = 0; target < size; target++) {
                fill(send, target * length, rank, target, length);
            }
            var received = arena.allocate(JAVA_LONG, (long) length * size);
            communicator.allToAll(send, received);
            for (int sender = 0; sender < size; sender++) {
                check("all-to-all", received, sender * length, sender, rank, length);
            }
        }
    }

    private static MemorySegment numbers(Arena arena, int sender, int target, int length) {
        var buffer = arena.allocate(JAVA_LONG, length);
        fill(buffer, 0, sender, target, length);
        return buffer;
    }

    private static void fill(MemorySegment buffer, int offset, int sender, int target, int length) {
        for (int i = 0; i < length; i++) {
            buffer.setAtIndex(JAVA_LONG, offset + i, number(sender, target, i));
        }
    }

    private void check(String what, MemorySegment buffer, int offset, int sender, int target, int length) {
        for (int i = 0; i < length; i++) {
            check(what, i, buffer.getAtIndex(JAVA_LONG, offset + i), number(sender, target, i));
        }
    }

    private void check(String what, int place, long value, long expected) {
        if (value != expected) {
            throw new MpiException("failed its self-test: " + what + " gives rank " + rank + " " + value + " at "
                    + place + ", right is " + expected);
        }
    }

    private static long number(int sender, int target, int place) {
        return sender * RANK + target * TARGET + place;
    }
}
