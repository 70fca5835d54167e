/* A small MPI of one rank. The macros give it a binary interface, a version and one fault. */

#include <signal.h>
#include <stdint.h>
#include <string.h>

#if defined(OPEN_MPI)
typedef void *Handle;
char ompi_mpi_comm_world[8], ompi_mpi_byte[8], ompi_mpi_int64_t[8], ompi_mpi_op_sum[8], ompi_mpi_errors_return[8];
#define WORLD ((Handle)ompi_mpi_comm_world)
#define BYTE ((Handle)ompi_mpi_byte)
#define INT64 ((Handle)ompi_mpi_int64_t)
#define SUM ((Handle)ompi_mpi_op_sum)
#define ERRORS_RETURN ((Handle)ompi_mpi_errors_return)
#define FUNNELED 1
#define IN_PLACE ((void *)1)
#define NO_STATUS ((void *)0)
#define NAME "Open MPI v9.8.7, package: Stub"
#elif defined(MPICH)
typedef int Handle;
int MPIR_Dup_fn(void) { return 0; }
#define WORLD 0x44000000
#define BYTE 0x4c00010d
#define INT64 0x4c00083a
#define SUM 0x58000003
#define ERRORS_RETURN 0x54000001
#define FUNNELED 1
#define IN_PLACE ((void *)-1)
#define NO_STATUS ((void *)1)
#define NAME "MPICH Version:\t9.8.7\nMPICH Release date:\tnever"
#else
typedef void *Handle;
#define WORLD ((Handle)0x101)
#define BYTE ((Handle)0x247)
#define INT64 ((Handle)0x258)
#define SUM ((Handle)0x21)
#define ERRORS_RETURN ((Handle)0x142)
#define FUNNELED 1024
#define IN_PLACE ((void *)1)
#define NO_STATUS ((void *)0)
#define NAME "Stub MPI"
#endif

#ifndef VERSION
#define VERSION NAME
#endif
#ifndef SIZE
#define SIZE 1
#endif
#ifndef LEVEL
#define LEVEL FUNNELED
#endif
#ifndef INITIALIZED
#define INITIALIZED 0
#endif

#ifndef LOSES
#define LOSES NOTHING
#endif
#define NOTHING 0
#define BROADCAST 1
#define ALLREDUCE 2
#define ALLGATHER 3
#define ALLTOALL 4
#define SENDRECV 5

/* The error of a call with a constant of another interface. */
#define REQUIRE(condition) if (!(condition)) return 5
#define UNLESS_LOST(which, work) if (LOSES != which) { work; }

#ifdef ABI_VERSION
int MPI_Abi_get_version(int *major, int *minor) {
    *major = ABI_VERSION;
    *minor = ABI_VERSION < 0 ? -1 : 0;
    return 0;
}
#endif

int MPI_Get_library_version(char *text, int *length) {
    strcpy(text, VERSION);
    *length = (int)strlen(text);
    return 0;
}

int MPI_Error_string(int error, char *text, int *length) {
    strcpy(text, error == 5 ? "a constant of another interface" : "of no name,\nin two lines");
    *length = (int)strlen(text);
    return 0;
}

#ifdef TAKES_SIGNAL
static void handle(int number) { (void)number; }
#endif

int MPI_Init_thread(int *argc, char ***argv, int required, int *provided) {
    REQUIRE(argc == 0 && argv == 0 && required == FUNNELED);
#ifdef TAKES_SIGNAL
    signal(TAKES_SIGNAL, handle);
#endif
    *provided = LEVEL;
    return 0;
}

int MPI_Initialized(int *flag) {
    *flag = INITIALIZED;
    return 0;
}

int MPI_Finalize(void) { return 0; }

int MPI_Comm_set_errhandler(Handle comm, Handle handler) {
    REQUIRE(comm == WORLD && handler == ERRORS_RETURN);
    return 0;
}

int MPI_Comm_rank(Handle comm, int *rank) {
    REQUIRE(comm == WORLD);
    *rank = 0;
    return 0;
}

int MPI_Comm_size(Handle comm, int *size) {
    REQUIRE(comm == WORLD);
    *size = SIZE;
    return 0;
}

int MPI_Abort(Handle comm, int code) {
    (void)code;
    REQUIRE(comm == WORLD);
    return 0;
}

#ifndef NO_BARRIER
int MPI_Barrier(Handle comm) {
    REQUIRE(comm == WORLD);
#ifdef BARRIER_FAILS
    return 7;
#endif
    return 0;
}
#endif

int MPI_Bcast(void *buffer, int count, Handle type, int root, Handle comm) {
    REQUIRE(type == BYTE && root == 0 && comm == WORLD);
    UNLESS_LOST(BROADCAST, return 0);
    memset(buffer, 0, (size_t)count);
    return 0;
}

int MPI_Allreduce(const void *send, void *receive, int count, Handle type, Handle op, Handle comm) {
    REQUIRE(send == IN_PLACE && type == INT64 && op == SUM && comm == WORLD);
    if (LOSES == ALLREDUCE) ((int64_t *)receive)[count - 1] += 1;
    return 0;
}

int MPI_Allgather(const void *send, int count, Handle type, void *receive, int receiveCount, Handle receiveType,
                  Handle comm) {
    REQUIRE(type == BYTE && receiveType == BYTE && comm == WORLD && count == receiveCount);
    UNLESS_LOST(ALLGATHER, memcpy(receive, send, (size_t)count));
    return 0;
}

int MPI_Alltoall(const void *send, int count, Handle type, void *receive, int receiveCount, Handle receiveType,
                 Handle comm) {
    REQUIRE(type == BYTE && receiveType == BYTE && comm == WORLD && count == receiveCount);
    UNLESS_LOST(ALLTOALL, memcpy(receive, send, (size_t)count));
    return 0;
}

int MPI_Sendrecv(const void *send, int count, Handle type, int target, int tag, void *receive, int receiveCount,
                 Handle receiveType, int source, int receiveTag, Handle comm, void *status) {
    REQUIRE(type == BYTE && receiveType == BYTE && comm == WORLD && status == NO_STATUS);
    REQUIRE(target == 0 && source == 0 && tag == receiveTag && count == receiveCount);
    UNLESS_LOST(SENDRECV, memcpy(receive, send, (size_t)count));
    return 0;
}
