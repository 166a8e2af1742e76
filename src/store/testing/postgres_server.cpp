#include "store/testing/postgres_server.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/ids.hpp"

namespace tocsin::store_testing {
namespace {

namespace fs = std::filesystem;

constexpr int kStartAttempts = 3;

/// Folder of initdb and postgres; the newest installed.
std::optional<fs::path> find_binaries() {
  std::optional<fs::path> newest;
  int newest_version = 0;
  std::error_code ignored;
  for (const auto& each : fs::directory_iterator("/usr/lib/postgresql", ignored)) {
    const int version = std::atoi(each.path().filename().c_str());
    if (version > newest_version && fs::exists(each.path() / "bin" / "initdb", ignored)) {
      newest_version = version;
      newest = each.path() / "bin";
    }
  }
  return newest;
}

struct Account {
  uid_t user;
  gid_t group;
};

/// PostgreSQL refuses to run as root.
std::optional<Account> unprivileged() {
  if (geteuid() != 0) return Account{geteuid(), getegid()};
  for (const char* name : {"postgres", "nobody"}) {
    if (const auto* entry = getpwnam(name)) return Account{entry->pw_uid, entry->pw_gid};
  }
  return std::nullopt;
}

int free_port() {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  int port = 0;
  if (bind(listener, generic, size) == 0 && getsockname(listener, generic, &size) == 0) port = ntohs(address.sin_port);
  close(listener);
  return port;
}

/// Starts a program as `account`, output to `log`. It dies with its parent.
pid_t spawn(const std::vector<std::string>& command, const Account& account, const fs::path& log) {
  std::vector<char*> arguments;
  for (const auto& each : command) arguments.push_back(const_cast<char*>(each.c_str()));
  arguments.push_back(nullptr);
  const auto parent = getpid();
  const pid_t child = fork();
  if (child != 0) return child;
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGINT, SIG_DFL);
  const int output = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  if (geteuid() == 0 && (setgroups(0, nullptr) != 0 || setgid(account.group) != 0 || setuid(account.user) != 0))
    _exit(126);
  // After the change of user, which clears it. SIGQUIT: stop at once, nothing here is worth saving.
  prctl(PR_SET_PDEATHSIG, SIGQUIT);
  if (getppid() != parent) _exit(125);
  execv(arguments[0], arguments.data());
  _exit(127);
}

std::string tail_of(const fs::path& log) {
  std::ifstream in(log);
  std::string line, last;
  while (std::getline(in, line)) last = line;
  return last;
}

/// Stays between the tests and the server: when the tests end, also by SIGKILL, it stops the server and removes the
/// folder. Says "ready" or what went wrong through `report`.
[[noreturn]] void supervise(const fs::path& binaries, const Account& account, const fs::path& folder,
                            const std::string& password, pid_t tests, int report) {
  setsid();
  signal(SIGINT, SIG_IGN);
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGCHLD);
  sigprocmask(SIG_BLOCK, &ends, nullptr);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  const auto say = [report](const std::string& text) {
    [[maybe_unused]] const auto written = write(report, text.data(), text.size());
  };
  const auto leave = [&folder] {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
    _exit(0);
  };
  if (getppid() != tests) leave();

  const auto log = folder / "log";
  const auto data = folder / "data";
  const pid_t initdb = spawn({binaries / "initdb", "-D", data, "-U", "tocsin", "-A", "password", "--pwfile",
                              folder / "password", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"},
                             account, log);
  int status = 0;
  if (waitpid(initdb, &status, 0) != initdb || status != 0) {
    say("initdb failed: " + tail_of(log));
    leave();
  }
  for (int attempt = 1;; ++attempt) {
    const auto port = std::to_string(free_port());
    const pid_t server = spawn({binaries / "postgres", "-D", data, "-p", port, "-c", "listen_addresses=127.0.0.1", "-c",
                                "unix_socket_directories=", "-c", "fsync=off", "-c", "full_page_writes=off", "-c",
                                "max_connections=200", "-c", "autovacuum=off"},
                               account, log);
    const auto url = "postgresql://tocsin:" + password + "@127.0.0.1:" + port + "/postgres";
    bool answered = false;
    while (!answered && waitpid(server, &status, WNOHANG) == 0) {
      if (PQping(url.c_str()) == PQPING_OK) {
        answered = true;
        break;
      }
      // Until the server answers or ends; a child's end wakes us earlier.
      const timespec moment{0, 20'000'000};
      if (sigtimedwait(&ends, nullptr, &moment) == SIGTERM) {
        kill(server, SIGQUIT);
        waitpid(server, nullptr, 0);
        leave();
      }
    }
    if (!answered) {
      if (attempt < kStartAttempts) continue;  // somebody else took the port
      say("postgres did not start: " + tail_of(log));
      leave();
    }
    say("ready " + url);
    close(report);
    for (;;) {
      const int got = sigwaitinfo(&ends, nullptr);
      if (got == SIGTERM || waitpid(server, &status, WNOHANG) == server) break;
    }
    kill(server, SIGQUIT);
    waitpid(server, nullptr, 0);
    leave();
  }
}

class Server {
 public:
  Result<std::string> start() {
    const auto binaries = find_binaries();
    if (!binaries) return Error::unavailable("PostgreSQL is not installed and TOCSIN_TEST_POSTGRES is not set");
    const auto account = unprivileged();
    if (!account) return Error::unavailable("There is no unprivileged user to run PostgreSQL as");
    std::string pattern = fs::temp_directory_path() / "tocsin-postgres-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) return Error::unavailable("No temporary folder for PostgreSQL");
    const fs::path folder = pattern;
    const auto password = random_request_id();
    std::ofstream(folder / "password") << password << '\n';
    for (const auto& each : {folder, folder / "password"}) {
      if (chown(each.c_str(), account->user, account->group) != 0) return Error::unavailable("chown failed");
    }
    int report[2];
    if (pipe2(report, O_CLOEXEC) != 0) return Error::unavailable("pipe failed");
    const auto tests = getpid();
    supervisor_ = fork();
    if (supervisor_ == 0) {
      close(report[0]);
      supervise(*binaries, *account, folder, password, tests, report[1]);
    }
    close(report[1]);
    std::string said;
    char buffer[512];
    for (ssize_t n; (n = read(report[0], buffer, sizeof buffer)) > 0;) said.append(buffer, static_cast<std::size_t>(n));
    close(report[0]);
    constexpr std::string_view kReady = "ready ";
    if (!said.starts_with(kReady)) return Error::unavailable("PostgreSQL for tests: " + said);
    return said.substr(kReady.size());
  }
  ~Server() {
    // Only the process that started it; a forked child that exits leaves it alone.
    if (supervisor_ <= 0 || getpid() != owner_) return;
    kill(supervisor_, SIGTERM);
    waitpid(supervisor_, nullptr, 0);
  }

 private:
  pid_t supervisor_ = 0;
  pid_t owner_ = getpid();
};

}  // namespace

Result<std::string> postgres_url() {
  if (const char* given = std::getenv("TOCSIN_TEST_POSTGRES"); given != nullptr && *given != '\0') {
    return std::string{given};
  }
  static Server server;
  static const Result<std::string> url = server.start();
  return url;
}

}  // namespace tocsin::store_testing
