#include "exchange/pdf_child.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <poppler-document.h>
#include <poppler-page.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "exchange/pdf_protocol.hpp"
#include "formats/document/document.hpp"

/// The side of reading PDFs that strangers' bytes may have taken over: it gives everything away before it looks.
namespace tocsin::exchange {
namespace {

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TOCSIN_ADDRESS_SANITIZER 1
#endif
#endif

constexpr rlim_t kCpuSeconds = 20;
[[maybe_unused]] constexpr rlim_t kMemoryBytes = rlim_t{1} << 30;
/// Tables of encodings are read from files while fonts are.
constexpr rlim_t kOpenFiles = 16;
constexpr std::size_t kTitleBytesMax = 1'000;

bool limit(decltype(RLIMIT_CPU) what, rlim_t most) noexcept {
  const rlimit both{.rlim_cur = most, .rlim_max = most};
  return setrlimit(what, &both) == 0;
}

// What a reader of PDFs has no business with: other programs, the network, other processes, and files but for reading.
// It is a list of what is refused, since what the C library does of its own differs by version and machine.
constexpr std::array kRefused = {
    SYS_socket,
    SYS_socketpair,
    SYS_connect,
    SYS_bind,
    SYS_listen,
    SYS_sendto,
    SYS_execve,
    SYS_execveat,
    SYS_clone,
    SYS_clone3,
    SYS_ptrace,
    SYS_kill,
    SYS_tkill,
    SYS_unlinkat,
    SYS_renameat2,
    SYS_mkdirat,
    SYS_linkat,
    SYS_symlinkat,
    SYS_fchmod,
    SYS_fchmodat,
    SYS_fchownat,
    SYS_truncate,
    SYS_mount,
    SYS_umount2,
    SYS_bpf,
    SYS_setns,
    SYS_unshare,
    SYS_chroot,
    SYS_keyctl,
    SYS_add_key,
    SYS_openat2,
    SYS_mknodat,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_io_uring_setup,
    SYS_memfd_create,
#ifdef SYS_open
    SYS_open,
    SYS_creat,
    SYS_fork,
    SYS_vfork,
    SYS_unlink,
    SYS_rename,
    SYS_mkdir,
    SYS_rmdir,
    SYS_link,
    SYS_symlink,
    SYS_chmod,
    SYS_chown,
    SYS_mknod,
#endif
};
#if defined(__x86_64__)
constexpr unsigned kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr unsigned kArchitecture = AUDIT_ARCH_AARCH64;
#else
#error "say which machine this is: the filter of system calls has to know"
#endif

bool refuse_calls() noexcept {
  constexpr unsigned kFlags = offsetof(seccomp_data, args) + 2 * sizeof(__u64);  // Of openat; the low half.
  std::array<sock_filter, kRefused.size() + 16> program{};
  std::size_t size = 0;
  const auto add = [&](sock_filter each) { program.at(size++) = each; };
  add(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)));
  add(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 1, 0));
  add(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
  add(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
#ifdef __X32_SYSCALL_BIT
  // The other way to number the same calls.
  add(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, __X32_SYSCALL_BIT, 0, 1));
  add(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
#endif
  for (std::size_t i = 0; i < kRefused.size(); ++i) {
    add(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(kRefused.at(i)),
                 static_cast<unsigned char>(kRefused.size() - i + 3), 0));
  }
  add(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 2));
  add(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kFlags));
  add(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 1, 0));
  add(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  add(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM));
  sock_fprog filter{.len = static_cast<unsigned short>(size), .filter = program.data()};
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) == 0;
}

/// Reading is left to where encodings and fonts lie, so that no other file can be read into the text. Kernels without
/// Landlock (before 5.13, or where it is off) leave it out.
void leave_only_fonts() noexcept {
  constexpr __u64 kAccess = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
  const landlock_ruleset_attr attributes{.handled_access_fs = kAccess};
  const auto rules = static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0));
  if (rules < 0) return;
  for (const char* folder : {"/usr/share/poppler", "/usr/share/fonts", "/usr/local/share/fonts", "/etc/fonts",
                             "/usr/share/fontconfig", "/var/cache/fontconfig", "/usr/lib", "/dev/null"}) {
    const int place = ::open(folder, O_PATH | O_CLOEXEC);
    if (place < 0) continue;
    struct stat about{};
    const bool is_folder = ::fstat(place, &about) == 0 && S_ISDIR(about.st_mode);
    const landlock_path_beneath_attr beneath{
        .allowed_access =
            is_folder ? LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR : LANDLOCK_ACCESS_FS_READ_FILE,
        .parent_fd = place};
    ::syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
    ::close(place);
  }
  ::syscall(SYS_landlock_restrict_self, rules, 0);
  ::close(rules);
}

std::string read_input() {
  std::string bytes;
  std::array<char, std::size_t{1} << 16> piece{};
  while (bytes.size() <= formats::document::kDocumentBytesMax) {
    const auto got = ::read(STDIN_FILENO, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    bytes.append(piece.data(), static_cast<std::size_t>(got));
  }
  return bytes;
}

bool write_output(std::string_view text) noexcept {
  while (!text.empty()) {
    const auto written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool write_part(const poppler::ustring& part, std::size_t bytes_max) {
  const auto bytes = part.to_utf8();
  std::string text{bytes.begin(), bytes.end()};
  std::ranges::replace(text, kPdfPageEnd, '\n');
  if (text.size() > bytes_max) text.resize(bytes_max);
  return write_output(text + kPdfPageEnd);
}

PdfOutcome read_pdf() {
  const auto bytes = read_input();
  const std::unique_ptr<poppler::document> document{
      poppler::document::load_from_raw_data(bytes.data(), static_cast<int>(bytes.size()))};
  if (!document) return PdfOutcome::broken;
  if (document->is_locked()) return PdfOutcome::encrypted;
  if (!write_part(document->get_title(), kTitleBytesMax)) return PdfOutcome::failed;
  const int pages = document->pages();
  for (int i = 0; i < std::min(pages, kPdfPagesMax); ++i) {
    const std::unique_ptr<poppler::page> page{document->create_page(i)};
    const auto text =
        page ? page->text(poppler::rectf{}, poppler::page::non_raw_non_physical_layout) : poppler::ustring{};
    if (!write_part(text, formats::threat_text::kTextBytesMax)) return PdfOutcome::failed;
  }
  return pages > kPdfPagesMax ? PdfOutcome::cut : PdfOutcome::good;
}

}  // namespace

bool give_everything_away() noexcept {
  bool good = limit(RLIMIT_CPU, kCpuSeconds) && limit(RLIMIT_FSIZE, 0) && limit(RLIMIT_NOFILE, kOpenFiles) &&
              limit(RLIMIT_CORE, 0) && limit(RLIMIT_NPROC, 0);
#ifndef TOCSIN_ADDRESS_SANITIZER  // Whose shadow takes terabytes of addresses.
  good = good && limit(RLIMIT_AS, kMemoryBytes);
#endif
  if (!good || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return false;
  leave_only_fonts();
  return refuse_calls();
}

void run_pdf_child() noexcept {
  auto outcome = PdfOutcome::failed;
  try {
    if (give_everything_away()) outcome = read_pdf();
  } catch (...) {
    outcome = PdfOutcome::failed;
  }
  // Nothing of what it left behind is run.
  ::_exit(static_cast<int>(outcome));
}

}  // namespace tocsin::exchange
