/* The binary interface of MPI 5 (chapter 20 of the standard) over Open MPI 4, which has another: so that the tests can run what only newer libraries have.
   It takes the standard's handles and constants and no others. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static void *library;

static void *find(const char *name)
{
    if (!library && !(library = dlopen("libmpi.so.40", RTLD_NOW | RTLD_GLOBAL)))
    {
        fprintf(stderr, "%s\n", dlerror());
        exit(99);
    }
    return dlsym(library, name);
}

static void *take(uintptr_t given, uintptr_t standard, const char *own)
{
    if (given != standard)
    {
        fprintf(stderr, "The handle 0x%lx was given for %s.\n", (unsigned long)given, own);
        exit(98);
    }
    return find(own);
}

static void *world(uintptr_t comm) { return take(comm, 0x101, "ompi_mpi_comm_world"); }
static void *bytes(uintptr_t type) { return take(type, 0x247, "ompi_mpi_byte"); }

#define CALL(name, ...) ((int (*)())find(name))(__VA_ARGS__)

int MPI_Abi_get_version(int *major, int *minor) { *major = 1; *minor = 0; return 0; }

int MPI_Init_thread(void *count, void *values, int required, int *provided)
{
    if (required != 1024)
        exit(97);
    int code = CALL("MPI_Init_thread", count, values, 1, provided);
    *provided = *provided == 0 ? 0 : 1024;
    return code;
}

int MPI_Comm_set_errhandler(uintptr_t comm, uintptr_t handler)
{
    return CALL("MPI_Comm_set_errhandler", world(comm), take(handler, 0x143, "ompi_mpi_errors_return"));
}

int MPI_Comm_rank(uintptr_t comm, int *rank) { return CALL("MPI_Comm_rank", world(comm), rank); }
int MPI_Comm_size(uintptr_t comm, int *size) { return CALL("MPI_Comm_size", world(comm), size); }
int MPI_Get_library_version(char *text, int *length) { *length = snprintf(text, 64, "The standard's interface over Open MPI"); return 0; }
int MPI_Error_string(int code, char *text, int *length) { return CALL("MPI_Error_string", code, text, length); }
int MPI_Abort(uintptr_t comm, int code) { return CALL("MPI_Abort", world(comm), code); }
int MPI_Finalize(void) { return CALL("MPI_Finalize"); }
int MPI_Get_count(void *status, uintptr_t type, int *count) { return CALL("MPI_Get_count", status, bytes(type), count); }

int MPI_Isend(const void *data, int count, uintptr_t type, int to, int tag, uintptr_t comm, void **request)
{
    return CALL("MPI_Isend", data, count, bytes(type), to, tag, world(comm), request);
}

int MPI_Irecv(void *data, int count, uintptr_t type, int from, int tag, uintptr_t comm, void **request)
{
    return CALL("MPI_Irecv", data, count, bytes(type), from, tag, world(comm), request);
}

int MPI_Iprobe(int from, int tag, uintptr_t comm, int *flag, void *status) { return CALL("MPI_Iprobe", from, tag, world(comm), flag, status); }

int MPI_Test(void **request, int *flag, void *status)
{
    int code = CALL("MPI_Test", request, flag, status);
    if (*flag)
        *request = (void *)0x180;
    return code;
}
