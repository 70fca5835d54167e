package handgrad.mpi;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import handgrad.testing.StubLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Over a library of one rank. */
class CommunicatorTest {
    @TempDir
    private Path folder;

    private final Arena arena = Arena.ofConfined();

    @AfterEach
    void free() {
        arena.close();
    }

    @Test
    void exchangesBytes() throws Exception {
        var communicator = open("OPEN_MPI");
        assertThat(communicator.rank()).isZero();
        assertThat(communicator.size()).isOne();
        var send = arena.allocateFrom(JAVA_LONG, 3, 5, 7);
        communicator.barrier();
        communicator.broadcast(send, 0);
        communicator.sum(send);
        var receive = arena.allocate(JAVA_LONG, 3);
        communicator.allToAll(send, receive);
        assertThat(receive.toArray(JAVA_LONG)).containsExactly(3, 5, 7);
        communicator.allGather(send, receive.fill((byte) 0));
        assertThat(receive.toArray(JAVA_LONG)).containsExactly(3, 5, 7);
        communicator.sendReceive(send, 0, receive.fill((byte) 0), 0);
        assertThat(receive.toArray(JAVA_LONG)).containsExactly(3, 5, 7);
        communicator.sum(arena.allocate(0));
        communicator.close();
    }

    @Test
    void refusesBuffersThatDoNotFit() throws Exception {
        var communicator = open("MPICH");
        var eight = arena.allocate(8);
        var seven = arena.allocate(7);
        var heap = MemorySegment.ofArray(new byte[8]);
        var readOnly = eight.asReadOnly();
        var large = MemorySegment.ofAddress(eight.address()).reinterpret(1L << 31);

        communicator.broadcast(readOnly, 0);
        assertRefused(() -> communicator.broadcast(heap, 0), "broadcast: a buffer must be off-heap memory");
        assertRefused(
                () -> communicator.broadcast(large, 0),
                "broadcast: a buffer has at most 2147483647 bytes, this one has 2147483648; use several calls");
        assertRefused(() -> communicator.broadcast(eight, 1), "broadcast: there is no rank 1 among 1");
        assertRefused(() -> communicator.broadcast(eight, -1), "broadcast: there is no rank -1 among 1");
        assertRefused(() -> communicator.sum(readOnly), "sum: the buffer to be written is read-only");
        assertRefused(() -> communicator.sum(seven), "sum: 64-bit integers have 8 bytes each, the buffer has 7");
        assertRefused(
                () -> communicator.allToAll(eight, seven),
                "allToAll: both buffers need 1 pieces of one length, they have 8 and 7 bytes");
        assertRefused(
                () -> communicator.allGather(eight, seven),
                "allGather: 1 ranks send 8 bytes each, there is room for 7");
        assertRefused(
                () -> communicator.sendReceive(eight, 0, readOnly, 0),
                "sendReceive: the buffer to be written is read-only");
        assertRefused(() -> communicator.sendReceive(eight, 2, seven, 0), "sendReceive: there is no rank 2 among 1");
    }

    @Test
    void isForOneThread() throws Exception {
        var communicator = open("ABI_VERSION=1");
        var owner = Thread.currentThread().getName();

        assertThat(failureIn(Thread.ofPlatform().name("other"), communicator::barrier))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "MPI was opened by the thread " + owner + " and may be called by no other, but is by other");
    }

    @Test
    void isNotForAVirtualThread() throws Exception {
        var library = StubLibrary.compile(CommunicatorTest.class, folder, "MPICH");

        assertThat(failureIn(Thread.ofVirtual(), () -> Mpi.open(Configurations.named(library))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("MPI wants all its calls from one thread of the system, and a virtual thread moves between"
                        + " several; open it in a platform thread");
    }

    @Test
    void isClosedOnce() throws Exception {
        var communicator = open("MPICH");
        communicator.close();

        assertThatThrownBy(communicator::barrier)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("MPI is closed");
        assertThatThrownBy(communicator::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("MPI is closed");
    }

    @Test
    void tellsWhyACallFailed() throws Exception {
        assertThatThrownBy(open("MPICH", "BARRIER_FAILS")::barrier)
                .isInstanceOf(MpiException.class)
                .hasMessage("MPI_Barrier failed: of no name, in two lines");
    }

    @Test
    void needsALauncher() {
        assertThatThrownBy(Mpi::open)
                .isInstanceOf(MpiException.class)
                .hasMessage("MPI: no launcher started this process (neither OMPI_COMM_WORLD_SIZE nor PMI_SIZE is set);"
                        + " start it by mpirun -n, with the number of ranks");
    }

    private Communicator open(String... macros) throws Exception {
        return Mpi.open(Configurations.named(StubLibrary.compile(CommunicatorTest.class, folder, macros)));
    }

    private static Throwable failureIn(Thread.Builder builder, ThrowingCallable work) throws InterruptedException {
        var failure = new AtomicReference<Throwable>();
        builder.start(() -> {
                    try {
                        work.call();
                    } catch (Throwable thrown) {
                        failure.set(thrown);
                    }
                })
                .join();
        return failure.get();
    }

    private static void assertRefused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }
}
