/*
 * For a user-mode kernel on a processor whose registers are more than it has room for (AMX: 11 KB, where it has 2.7 KB). It reads them in part, and
 * where it writes that part back, ptrace(2) wants them whole: "ptrace set fp regs failed, errno = 14". Loaded before the C library, this writes the
 * part with nothing behind it; what is missing is marked as unused in the part that is there. Without headers, so that any compiler will do.
 */
struct iovec {
  void *base;
  unsigned long length;
};
enum { getregset = 0x4204, setregset = 0x4205, xstate = 0x202, most = 65536 };

extern void *dlsym(void *handle, const char *name);
extern void *memcpy(void *to, const void *from, unsigned long length);
extern void *memset(void *to, int byte, unsigned long length);

long ptrace(long request, long pid, void *address, void *data) {
  static long (*original)(long, long, void *, void *);
  static unsigned long whole;
  static char registers[most];
  struct iovec *part = data, all = {registers, most};

  if (!original) original = (long (*)(long, long, void *, void *))dlsym((void *)-1L, "ptrace"); /* RTLD_NEXT */
  if (request != setregset || (long)address != xstate) return original(request, pid, address, data);
  if (!whole) {
    /* The kernel tells how many there are. */
    if (original(getregset, pid, address, &all) < 0) return -1;
    whole = all.length;
  }
  if (part->length >= whole) return original(request, pid, address, data);
  memcpy(registers, part->base, part->length);
  memset(registers + part->length, 0, whole - part->length);
  all.length = whole;
  return original(request, pid, address, &all);
}
