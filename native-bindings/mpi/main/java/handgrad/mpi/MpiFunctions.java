package handgrad.mpi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The functions of one loaded MPI library. Arguments are not checked here: a wrong one reaches native code.
 *
 * <p>Memory is off-heap and calls are ordinary ones, during which the JVM can stop all its threads: a critical call
 * that waits for another rank would hold up every garbage collection.
 *
 * <p>The constants of the library's interface are bound to the handles, so that what is left of a call is the same for
 * every library.
 */
final class MpiFunctions {
    /** {@code MPI_MAX_LIBRARY_VERSION_STRING} where it is largest. */
    private static final int LONGEST_VERSION = 8192;

    /** {@code MPI_MAX_ERROR_STRING} where it is largest. */
    private static final int LONGEST_ERROR = 512;

    private static final int TAG = 0;

    private final SymbolLookup symbols;
    private final Abi abi;
    private final String version;

    private final MethodHandle initialized;
    private final MethodHandle initThread;
    private final MethodHandle setErrorHandler;
    private final MethodHandle errorString;
    private final MethodHandle rank;
    private final MethodHandle size;
    private final MethodHandle barrier;
    private final MethodHandle broadcast;
    private final MethodHandle sum;
    private final MethodHandle allToAll;
    private final MethodHandle allGather;
    private final MethodHandle sendReceive;
    private final MethodHandle abort;
    private final MethodHandle end;

    /** Binds a library, which is not started by that. */
    MpiFunctions(SymbolLookup symbols) {
        this.symbols = symbols;
        abi = Abi.of(symbols);
        version = askVersion();
        var handle = abi.handle();
        initialized = function("MPI_Initialized", List.of(ADDRESS), Map.of());
        initThread = function(
                "MPI_Init_thread",
                List.of(ADDRESS, ADDRESS, JAVA_INT, ADDRESS),
                Map.of(0, MemorySegment.NULL, 1, MemorySegment.NULL, 2, abi.funneled()));
        setErrorHandler = function(
                "MPI_Comm_set_errhandler", List.of(handle, handle), Map.of(0, abi.world(), 1, abi.errorsReturn()));
        errorString = function("MPI_Error_string", List.of(JAVA_INT, ADDRESS, ADDRESS), Map.of());
        rank = function("MPI_Comm_rank", List.of(handle, ADDRESS), Map.of(0, abi.world()));
        size = function("MPI_Comm_size", List.of(handle, ADDRESS), Map.of(0, abi.world()));
        barrier = function("MPI_Barrier", List.of(handle), Map.of(0, abi.world()));
        broadcast = function(
                "MPI_Bcast",
                List.of(ADDRESS, JAVA_INT, handle, JAVA_INT, handle),
                Map.of(2, abi.bytes(), 4, abi.world()));
        sum = function(
                "MPI_Allreduce",
                List.of(ADDRESS, ADDRESS, JAVA_INT, handle, handle, handle),
                Map.of(0, abi.inPlace(), 3, abi.integers(), 4, abi.sum(), 5, abi.world()));
        allToAll = function(
                "MPI_Alltoall",
                List.of(ADDRESS, JAVA_INT, handle, ADDRESS, JAVA_INT, handle, handle),
                Map.of(2, abi.bytes(), 5, abi.bytes(), 6, abi.world()));
        allGather = function(
                "MPI_Allgather",
                List.of(ADDRESS, JAVA_INT, handle, ADDRESS, JAVA_INT, handle, handle),
                Map.of(2, abi.bytes(), 5, abi.bytes(), 6, abi.world()));
        sendReceive = function(
                "MPI_Sendrecv",
                List.of(
                        ADDRESS, JAVA_INT, handle, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, handle, JAVA_INT, JAVA_INT,
                        handle, ADDRESS),
                Map.of(2, abi.bytes(), 4, TAG, 7, abi.bytes(), 9, TAG, 10, abi.world(), 11, abi.noStatus()));
        abort = function("MPI_Abort", List.of(handle, JAVA_INT), Map.of(0, abi.world()));
        end = function("MPI_Finalize", List.of(), Map.of());
    }

    /** What the library says of itself, which may be many lines. */
    String version() {
        return version;
    }

    Abi abi() {
        return abi;
    }

    boolean isInitialized() {
        return integer("MPI_Initialized", initialized) != 0;
    }

    /** Starts MPI for calls by this thread alone, and lets errors be returned instead of ending the process. */
    void start() {
        int level = integer("MPI_Init_thread", initThread);
        if (level < abi.funneled()) {
            throw new MpiException(
                    "allows no other threads (level " + level + "); use a build with MPI_THREAD_FUNNELED");
        }
        try {
            check("MPI_Comm_set_errhandler", (int) setErrorHandler.invokeExact());
        } catch (Throwable failure) {
            throw unchecked(failure);
        }
    }

    int rank() {
        return integer("MPI_Comm_rank", rank);
    }

    int size() {
        return integer("MPI_Comm_size", size);
    }

    void barrier() {
        try {
            check("MPI_Barrier", (int) barrier.invokeExact());
        } catch (Throwable failure) {
            throw unchecked(failure);
        }
    }

    void broadcast(MemorySegment buffer, int root) {
        try {
            check("MPI_Bcast", (int) broadcast.invokeExact(buffer, bytes(buffer), root));
        } catch (Throwable failure) {
            throw unchecked(failure);
        }
    }

    void sum(MemorySegment integers) {
        try {
            check("MPI_Allreduce", (int) sum.invokeExact(integers, bytes(integers) / Long.BYTES));
        } catch (Throwable failure) {
            throw unchecked(failure);
        }
    }

    void allToAll(MemorySegment send, MemorySegment receive, int bytesEach) {
        try {
            check("MPI_Alltoall", (int) allToAll.invokeExact(send, bytesEach, receive, bytesEach));
        } catch (Throwable failure) {
            throw unchecked(failure);
        }
    }

    void allGather(MemorySegment send, MemorySegment receive) {
        int bytes = bytes(send);
        try {
            check("MPI_Allgather", (int) allGather.invokeExact(send, bytes, receive, bytes));
        } catch (Throwable failure) {
            throw unchecked(failure);
        }
    }

    void sendReceive(MemorySegment send, int destination, MemorySegment receive, int source) {
        try {
            check("MPI_Sendrecv", (int)
                    sendReceive.invokeExact(send, bytes(send), destination, receive, bytes(receive), source));
        } catch (Throwable failure) {
            throw unchecked(failure);
        }
    }

    void abort(int exitCode) {
        try {
            check("MPI_Abort", (int) abort.invokeExact(exitCode));
        } catch (Throwable failure) {
            throw unchecked(failure);
        }
    }

    void end() {
        try {
            check("MPI_Finalize", (int) end.invokeExact());
        } catch (Throwable failure) {
            throw unchecked(failure);
        }
    }

    private static int bytes(MemorySegment segment) {
        return Math.toIntExact(segment.byteSize());
    }

    /** Calls a function that has only the address of its result, an int, left. */
    private int integer(String name, MethodHandle function) {
        try (var arena = Arena.ofConfined()) {
            var result = arena.allocate(JAVA_INT);
            check(name, (int) function.invokeExact(result));
            return result.get(JAVA_INT, 0);
        } catch (Throwable failure) {
            throw unchecked(failure);
        }
    }

    private String askVersion() {
        var function = function("MPI_Get_library_version", List.of(ADDRESS, ADDRESS), Map.of());
        try (var arena = Arena.ofConfined()) {
            var text = arena.allocate(LONGEST_VERSION + 1);
            int error = (int) function.invokeExact(text, arena.allocate(JAVA_INT));
            if (error != 0) {
                throw new MpiException("does not tell its version: MPI_Get_library_version gives error " + error);
            }
            return text.getString(0, UTF_8).strip();
        } catch (Throwable failure) {
            throw unchecked(failure);
        }
    }

    private void check(String name, int error) {
        if (error != 0) {
            throw new MpiException(name + " failed: " + words(error));
        }
    }

    private String words(int error) {
        try (var arena = Arena.ofConfined()) {
            var text = arena.allocate(LONGEST_ERROR + 1);
            int none = (int) errorString.invokeExact(error, text, arena.allocate(JAVA_INT));
            return none == 0 ? text.getString(0, UTF_8).strip().replaceAll("\\s*\\R\\s*", " ") : "error " + error;
        } catch (Throwable failure) {
            throw unchecked(failure);
        }
    }

    /** A function that gives an error code, with constants in place of some of its arguments. */
    private MethodHandle function(String name, List<MemoryLayout> arguments, Map<Integer, Object> constants) {
        var address =
                symbols.find(name).orElseThrow(() -> new MpiException("is not a whole MPI library: it has no " + name));
        var type = FunctionDescriptor.of(JAVA_INT, arguments.toArray(MemoryLayout[]::new));
        var handle = Linker.nativeLinker().downcallHandle(address, type);
        // From the last to the first, so that the earlier positions stay.
        for (var constant : new TreeMap<>(constants).descendingMap().entrySet()) {
            handle = MethodHandles.insertArguments(handle, constant.getKey(), constant.getValue());
        }
        return handle;
    }

    /** A downcall has no checked exceptions, but {@code invokeExact} declares them. */
    static RuntimeException unchecked(Throwable failure) {
        return switch (failure) {
            case RuntimeException runtime -> runtime;
            case Error error -> throw error;
            default -> new IllegalStateException(failure);
        };
    }
}
