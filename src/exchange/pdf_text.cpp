#include "exchange/pdf_text.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <memory>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "exchange/pdf_protocol.hpp"
#include "formats/document/document.hpp"

namespace tocsin::exchange {
namespace {

constexpr int kAtOnceMax = 2;

std::string& program() {
  static std::string path;
  return path;
}
std::atomic<int>& running() {
  static std::atomic<int> count{0};
  return count;
}

class Turn {
 public:
  Turn() : got_(running().fetch_add(1) < kAtOnceMax) {}
  ~Turn() { running().fetch_sub(1); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  bool got() const noexcept { return got_; }

 private:
  bool got_;
};

class Descriptor {
 public:
  explicit Descriptor(int number = -1) noexcept : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const noexcept { return number_; }
  void reset(int number) noexcept {
    close();
    number_ = number;
  }
  void close() noexcept {
    if (number_ >= 0) ::close(number_);
    number_ = -1;
  }

 private:
  int number_;
};

Error no_child(std::string_view what) {
  return Error::unavailable(std::string{tr<"PDFs cannot be read just now">()},
                            fmt::format("{}: {}", what, std::strerror(errno)));  // NOLINT(concurrency-mt-unsafe)
}

/// A file without a name that holds these bytes: a pipe would fill up while the child writes.
Status fill(Descriptor& file, std::string_view bytes) {
  file.reset(::memfd_create("pdf", MFD_CLOEXEC));
  if (file.get() < 0) return no_child("memfd_create");
  while (!bytes.empty()) {
    const auto written = ::write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return no_child("write");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::lseek(file.get(), 0, SEEK_SET) != 0) return no_child("lseek");
  return ok();
}

Result<pid_t> start(int input, int output) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  if (posix_spawn_file_actions_init(&actions) != 0 || posix_spawnattr_init(&attributes) != 0) return no_child("spawn");
  // Three descriptors and no more: the databases and connections of this process are none of its business.
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  std::string name{"tocsin"}, command{kPdfCommand};
  char* arguments[] = {name.data(), command.data(), nullptr};
  char* environment[] = {nullptr};
  pid_t child = 0;
  errno = posix_spawn(&child, program().c_str(), &actions, &attributes, arguments, environment);
  const bool started = errno == 0;
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (!started) return no_child("posix_spawn");
  return child;
}

enum class Read { whole, too_much, too_long };

using Deadline = std::chrono::steady_clock::time_point;

/// Waits until there is something to read, or the other end has closed; false: the time is up.
bool is_ready(int from, Deadline deadline) {
  while (true) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    if (left <= 0) return false;
    pollfd ready{.fd = from, .events = POLLIN, .revents = 0};
    const int answer = ::poll(&ready, 1, static_cast<int>(left));
    if (answer >= 0 || errno != EINTR) return answer != 0;
  }
}

Read read_all(int from, Deadline deadline, std::size_t bytes_max, std::string& out) {
  std::array<char, std::size_t{1} << 16> piece{};
  while (true) {
    if (!is_ready(from, deadline)) return Read::too_long;
    const auto got = ::read(from, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return Read::whole;
    out.append(piece.data(), static_cast<std::size_t>(got));
    if (out.size() > bytes_max) return Read::too_much;
  }
}

/// Its exit code; -1 where it was ended by something else, also by this: what a stranger's bytes have taken over may
/// close its output and stay.
int end_of(pid_t child, Deadline deadline) {
  Descriptor ended;
  ended.reset(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
  if (ended.get() < 0 || !is_ready(ended.get(), deadline)) ::kill(child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return -1;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

PdfText parts_of(std::string_view written) {
  PdfText out;
  bool title = true;
  while (!written.empty()) {
    const auto end = std::min(written.find(kPdfPageEnd), written.size());
    std::string part{written.substr(0, end)};
    if (title) {
      out.title = std::move(part);
    } else {
      out.pages.push_back(std::move(part));
    }
    title = false;
    written.remove_prefix(std::min(end + 1, written.size()));
  }
  return out;
}

}  // namespace

void set_pdf_program(std::string path) { program() = std::move(path); }

Result<PdfText> pdf_text(std::string_view bytes, const PdfLimits& limits) {
  if (bytes.size() > formats::document::kDocumentBytesMax) {
    return Error::too_large("PDF", formats::document::kDocumentBytesMax);
  }
  if (program().empty()) return Error::invalid(std::string{tr<"a PDF is not read here">()});
  const Turn turn;
  if (!turn.got()) {
    return Error::unavailable(std::string{tr<"Other PDFs are being read. Please try again in a moment.">()});
  }
  Descriptor input, output, other_end;
  TRY_VOID(fill(input, bytes));
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return no_child("pipe");
  output.reset(ends[0]);
  other_end.reset(ends[1]);
  TRY(const auto child, start(input.get(), other_end.get()));
  other_end.close();
  std::string written;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds{limits.deadline_ms};
  const auto read = read_all(output.get(), deadline, limits.text_bytes_max, written);
  // By its own number: it may have left its group.
  if (read != Read::whole) ::kill(child, SIGKILL);
  const int code = end_of(child, deadline);
  if (read == Read::too_long) return Error::timeout(std::string{tr<"this PDF takes too long to be read">()});
  const bool good = code == static_cast<int>(PdfOutcome::good) || code == static_cast<int>(PdfOutcome::cut);
  if (code == static_cast<int>(PdfOutcome::encrypted)) {
    return Error::invalid(std::string{tr<"this PDF is locked with a password: save it without">()});
  }
  if (!good && read != Read::too_much) {
    return Error::invalid(std::string{tr<"this PDF cannot be read: it is broken, or too much for its reader">()});
  }
  auto out = parts_of(written);
  out.cut = read == Read::too_much || code == static_cast<int>(PdfOutcome::cut);
  if (std::ranges::all_of(out.pages, [](const auto& page) { return text::trim(page).empty(); })) {
    return Error::invalid(std::string{tr<"this PDF has no text, only pictures: its text has to be typed">()});
  }
  return out;
}

}  // namespace tocsin::exchange
