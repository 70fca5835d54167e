package handgrad.mpi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;

/**
 * What binary interfaces of MPI differ in: the form of a handle, and the values of constants.
 *
 * <p>There are three. In Open MPI a handle is a pointer to data of the library. In MPICH it is a 32-bit integer, the
 * same in all that is made from it since MPICH 3.1 (the MPICH ABI Compatibility Initiative). In the standard interface
 * of MPI 5.0 (chapter 20, values in appendix A) it is a pointer whose value is a small number.
 *
 * @param name for a user
 * @param handle the layout of a handle
 * @param world {@code MPI_COMM_WORLD}
 * @param bytes {@code MPI_BYTE}
 * @param integers {@code MPI_INT64_T}
 * @param sum {@code MPI_SUM}
 * @param errorsReturn {@code MPI_ERRORS_RETURN}
 * @param funneled {@code MPI_THREAD_FUNNELED}
 * @param inPlace {@code MPI_IN_PLACE}
 * @param noStatus {@code MPI_STATUS_IGNORE}
 */
record Abi(
        String name,
        MemoryLayout handle,
        Object world,
        Object bytes,
        Object integers,
        Object sum,
        Object errorsReturn,
        int funneled,
        MemorySegment inPlace,
        MemorySegment noStatus) {
    /** {@code MPI_ABI_VERSION} of MPI 5.0. */
    private static final int STANDARD_VERSION = 1;

    private static final Abi STANDARD = new Abi(
            "standard ABI",
            ADDRESS,
            pointer(0x101),
            pointer(0x247),
            pointer(0x258),
            pointer(0x21),
            pointer(0x142),
            1024,
            pointer(1),
            pointer(0));

    private static final Abi MPICH = new Abi(
            "MPICH ABI",
            JAVA_INT,
            0x44000000,
            0x4c00010d,
            0x4c00083a,
            0x58000003,
            0x54000001,
            1,
            pointer(-1),
            pointer(1));

    /** The interface of a library, of which only the call that asks for it is called. */
    static Abi of(SymbolLookup symbols) {
        int standard = standardVersion(symbols);
        if (standard >= 0) {
            if (standard != STANDARD_VERSION) {
                throw new MpiException(
                        "has version " + standard + " of the standard ABI, known is version " + STANDARD_VERSION);
            }
            return STANDARD;
        }
        if (symbols.find("ompi_mpi_comm_world").isPresent()) {
            return openMpi(symbols);
        }
        // In MPICH's mpi.h as the function behind MPI_DUP_FN, hence in all that keeps its interface.
        if (symbols.find("MPIR_Dup_fn").isPresent()) {
            return MPICH;
        }
        throw new MpiException("is neither Open MPI nor MPICH, nor has it the standard ABI of MPI 5.0");
    }

    private static Abi openMpi(SymbolLookup symbols) {
        return new Abi(
                "Open MPI ABI",
                ADDRESS,
                data(symbols, "ompi_mpi_comm_world"),
                data(symbols, "ompi_mpi_byte"),
                data(symbols, "ompi_mpi_int64_t"),
                data(symbols, "ompi_mpi_op_sum"),
                data(symbols, "ompi_mpi_errors_return"),
                1,
                pointer(1),
                pointer(0));
    }

    /** The major version, or -1 without the standard interface: also Open MPI 6 and MPICH 5 have the call in both. */
    private static int standardVersion(SymbolLookup symbols) {
        var function = symbols.find("MPI_Abi_get_version");
        if (function.isEmpty()) {
            return -1;
        }
        var handle =
                Linker.nativeLinker().downcallHandle(function.get(), FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
        try (var arena = Arena.ofConfined()) {
            var major = arena.allocate(JAVA_INT);
            var minor = arena.allocate(JAVA_INT);
            int error = (int) handle.invokeExact(major, minor);
            return error == 0 ? major.get(JAVA_INT, 0) : -1;
        } catch (Throwable failure) {
            throw MpiFunctions.unchecked(failure);
        }
    }

    private static MemorySegment data(SymbolLookup symbols, String name) {
        return symbols.find(name).orElseThrow(() -> new MpiException("is not a whole Open MPI: it has no " + name));
    }

    private static MemorySegment pointer(long value) {
        return MemorySegment.ofAddress(value);
    }
}
