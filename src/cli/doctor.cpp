#include <charconv>
#include <filesystem>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/known_good.hpp"
#include "cli/listen_address.hpp"
#include "cli/mailing.hpp"
#include "cli/output.hpp"
#include "cli/text_table.hpp"
#include "store/changes.hpp"
#include "store/mail_queue.hpp"
#include "store/migrations.hpp"

namespace tocsin::cli {
namespace {

enum class Verdict { good, warning, failed };

struct Check {
  std::string name;
  Verdict verdict = Verdict::good;
  std::string found;
  std::string mend;  ///< What to do; empty where all is well.
};

/// No clock that is right shows a time before this software was begun.
constexpr std::string_view kBegun = "2026-01-01T00:00:00Z";
constexpr std::uint64_t kDiskFailBytes = std::uint64_t{100} << 20, kDiskWarnBytes = std::uint64_t{1} << 30;
constexpr std::uintmax_t kWalWarnBytes = std::uintmax_t{256} << 20;
constexpr int kCertificateWarnDays = 21;

class Doctor {
 public:
  explicit Doctor(const CommandLine& line) : location_(line.location) {}

  std::vector<Check> examine() {
    if (!settings()) return std::move(checks_);
    folder();
    if (database()) {
      integrity();
      change_feed();
      wal();
    }
    disk();
    clock();
    if (database_) second_people();
    listening();
    tls();
    mail();
    known_good();
    return std::move(checks_);
  }

 private:
  void add(std::string name, Verdict verdict, std::string found, std::string mend = {}) {
    checks_.push_back(
        {.name = std::move(name), .verdict = verdict, .found = std::move(found), .mend = std::move(mend)});
  }

  bool settings() {
    if (folder_state(location_.folder) != FolderState::initialised) {
      add("settings", Verdict::failed, read_settings(location_).error().message,
          fmt::format("Run 'tocsin init --data {}', or name the right folder", location_.folder));
      return false;
    }
    auto loaded = read_settings_with_problems(location_);
    for (const auto& problem : loaded.problems) {
      add("settings", Verdict::failed, problem.to_string(), "Correct it; 'tocsin config check' shows what holds");
    }
    if (loaded.problems.empty()) add("settings", Verdict::good, "tocsin.toml is right");
    settings_ = std::move(loaded.settings);
    return true;
  }

  void folder() {
    struct stat status{};
    const auto& path = location_.folder;
    if (::stat(path.c_str(), &status) != 0 || ::access(path.c_str(), R_OK | W_OK | X_OK) != 0) {
      add("folder", Verdict::failed, "This account may not read and write " + path,
          fmt::format("chown -R \"$(id -un)\" {}", path));
    } else if ((status.st_mode & 0007U) != 0) {
      add("folder", Verdict::warning, "Every account of this machine may look into the folder", "chmod o-rwx " + path);
    } else {
      add("folder", Verdict::good, "readable and writable, and not for everybody");
    }
  }

  bool database() {
    auto opened = store::Database::open({.url = database_url(location_, settings_), .connections = 2});
    if (!opened) {
      add("database", Verdict::failed, opened.error().message,
          "Check that the database runs and that 'database' in tocsin.toml names it");
      return false;
    }
    database_ = std::move(opened).value();
    const auto schema = store::schema_version(*database_);
    const int known = store::all_migrations().back().number;
    if (!schema) {
      add("database", Verdict::failed, schema.error().message, "Restore a backup into a new folder: tocsin restore");
      return false;
    }
    if (*schema > known) {
      add("schema", Verdict::failed, fmt::format("schema {}, but this program knows only {}", *schema, known),
          "Install the newer Tocsin again, or restore a backup from before the upgrade");
      return false;
    }
    add("database", Verdict::good, database_->describe());
    if (*schema < known) {
      add("schema", Verdict::warning, fmt::format("schema {} of {}", *schema, known),
          "Nothing to do: the next command that opens it brings it up to date; take a backup before");
      return *schema > 0;
    }
    add("schema", Verdict::good, fmt::format("schema {}, the newest", *schema));
    return true;
  }

  Result<std::vector<std::string>> texts(const store::Sql& sql) {
    return database_->read([&](store::Connection& connection) {
      return connection.all(sql, [](const store::Row& row) { return row.string(0); });
    });
  }
  Result<std::int64_t> number(const store::Sql& sql) {
    return database_->read([&](store::Connection& connection) -> Result<std::int64_t> {
      TRY(const auto found, connection.first(sql, [](const store::Row& row) { return row.integer(0); }));
      return found.value_or(0);
    });
  }

  void integrity() {
    if (database_->dialect() == store::Dialect::sqlite) {
      const auto verdict = texts(store::Sql{"PRAGMA quick_check(5)"});
      if (!verdict || *verdict != std::vector<std::string>{"ok"}) {
        add("integrity", Verdict::failed,
            verdict ? fmt::format("SQLite finds damage: {}", fmt::join(*verdict, "; ")) : verdict.error().message,
            "Stop the server, keep a copy of the file, and restore the newest backup: tocsin restore");
        return;
      }
    }
    const auto orphans =
        number(store::Sql{"SELECT count(*) FROM record r LEFT JOIN revision v ON v.id = "
                          "r.current_revision_id AND v.record_id = r.id WHERE v.id IS NULL"});
    const auto missing =
        number(store::Sql{"SELECT count(*) FROM revision v LEFT JOIN revision_document d ON "
                          "d.revision_id = v.id WHERE d.revision_id IS NULL"});
    if (!orphans || !missing) {
      add("integrity", Verdict::failed, (orphans ? missing : orphans).error().message, "Restore the newest backup");
    } else if (*orphans + *missing > 0) {
      add("integrity", Verdict::failed,
          fmt::format("{} records without current revision, {} revisions without document", *orphans, *missing),
          "Restore the newest backup: tocsin restore");
    } else {
      add("integrity", Verdict::good, "every record has its revision, every revision its document");
    }
  }

  void change_feed() {
    const auto lag = database_->read([&](store::Connection& connection) -> Result<std::int64_t> {
      store::Changes changes{connection};
      TRY(const auto newest, changes.newest());
      TRY(const auto cursor, changes.cursor("search"));
      return newest - cursor;
    });
    if (!lag) {
      add("search index", Verdict::failed, lag.error().message, "tocsin reindex --data " + location_.folder);
    } else if (*lag < 0) {
      add("search index", Verdict::failed, "stands ahead of the changes", "tocsin reindex --data " + location_.folder);
    } else if (*lag > 0) {
      // What an interrupted import leaves; the next one or the server derives it.
      add("search index", Verdict::warning,
          fmt::format("{} not searchable yet", text::count_of(*lag, "change", "changes")),
          "A running server or the next import derives them; or: tocsin reindex --data " + location_.folder);
    } else {
      add("search index", Verdict::good, "has read every change");
    }
  }

  void wal() {
    if (database_->dialect() != store::Dialect::sqlite) return;
    std::error_code failure;
    const auto size = std::filesystem::file_size(database_url(location_, settings_) + "-wal", failure);
    if (!failure && size > kWalWarnBytes) {
      add("write-ahead log", Verdict::warning, fmt::format("{} MB", size >> 20U),
          "Some reader never ends: restart the server; the log shrinks with the next writes");
    } else {
      add("write-ahead log", Verdict::good, failure ? "none" : fmt::format("{} kB", size >> 10U));
    }
  }

  void disk() {
    struct statvfs status{};
    if (::statvfs(location_.folder.c_str(), &status) != 0) return;
    const auto free = static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
    const auto found = fmt::format("{} MB free", free >> 20U);
    if (free < kDiskFailBytes) {
      add("disk", Verdict::failed, found, "Make room: without it nothing can be imported");
    } else if (free < kDiskWarnBytes) {
      add("disk", Verdict::warning, found, "Make room soon");
    } else {
      add("disk", Verdict::good, found);
    }
  }

  /// Acts that want a second person, and whether there is one.
  void second_people() {
    const auto wanted = four_eyes_of(settings_);
    if (!wanted || !wanted->any()) return;
    const auto warnings = four_eyes_warnings(location_);
    for (const auto& warning : warnings) {
      add("four eyes", Verdict::warning, warning, "Give another person the role, or take the act out of four_eyes");
    }
    if (warnings.empty()) add("four eyes", Verdict::good, "every act that wants a second person has one");
  }

  void clock() {
    const auto now = system_clock().now();
    const auto newest =
        database_ ? number(store::Sql{"SELECT coalesce(max(at), 0) FROM change"}) : Result<std::int64_t>{0};
    constexpr std::int64_t kMinute = 60'000'000;
    if (now < parse_rfc3339(kBegun).value()) {
      add("clock", Verdict::failed, fmt::format("It is not {}", format_minute(now)),
          "Set the clock; run a time service");
    } else if (newest && *newest > now.micros + 5 * kMinute) {
      add("clock", Verdict::failed,
          fmt::format("It shows {}, but something was stored at {}", format_minute(now), format_minute({*newest})),
          "Set the clock; run a time service");
    } else {
      add("clock", Verdict::good, format_minute(now));
    }
  }

  void listening() {
    const auto& text = settings_.text("listen");
    const auto address = parse_listen_address(text);
    if (!address) {
      add("listening", Verdict::failed, address.error().message, "Correct 'listen' in tocsin.toml");
      return;
    }
    if (address->port == 0 || !address->loopback()) {
      // A server of ours on another address is for others to ask.
      add("listening", Verdict::good, fmt::format("{} is not probed", text));
      return;
    }
    switch (probe(*address)) {
      case Probe::free:
        add("listening", Verdict::good, text + " is free");
        break;
      case Probe::ours:
        add("listening", Verdict::good, "a healthy Tocsin serves on " + text);
        break;
      case Probe::other:
        add("listening", Verdict::warning, "something else answers on " + text,
            "Stop it, or give another address: --listen or 'listen' in tocsin.toml");
        break;
    }
  }

  enum class Probe { free, ours, other };
  static Probe probe(const ListenAddress& address) {
    const bool v6 = address.host.find(':') != std::string::npos;
    sockaddr_storage storage{};
    socklen_t size = 0;
    if (v6) {
      auto* in6 = reinterpret_cast<sockaddr_in6*>(&storage);
      in6->sin6_family = AF_INET6;
      in6->sin6_port = htons(address.port);
      if (::inet_pton(AF_INET6, address.host.c_str(), &in6->sin6_addr) != 1) return Probe::free;
      size = sizeof(sockaddr_in6);
    } else {
      auto* in = reinterpret_cast<sockaddr_in*>(&storage);
      in->sin_family = AF_INET;
      in->sin_port = htons(address.port);
      if (::inet_pton(AF_INET, address.host == "localhost" ? "127.0.0.1" : address.host.c_str(), &in->sin_addr) != 1) {
        return Probe::free;
      }
      size = sizeof(sockaddr_in);
    }
    const int descriptor = ::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return Probe::free;
    const timeval patience{.tv_sec = 2, .tv_usec = 0};
    ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    auto found = Probe::free;
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&storage), size) == 0) {
      found = Probe::other;
      constexpr std::string_view kRequest = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
      std::string answer(512, '\0');
      if (::send(descriptor, kRequest.data(), kRequest.size(), MSG_NOSIGNAL) > 0) {
        const auto got = ::recv(descriptor, answer.data(), answer.size(), 0);
        answer.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        if (answer.starts_with("HTTP/1.1 200")) found = Probe::ours;
      }
    }
    ::close(descriptor);
    return found;
  }

  void tls() {
    const auto certificate = file_path(location_, settings_.value("tls_cert"));
    const auto key = file_path(location_, settings_.value("tls_key"));
    if (certificate.empty() || key.empty()) return;
    const auto verdict = check_tls(certificate, key, system_clock().now());
    if (!verdict.problem.empty()) {
      add("TLS", Verdict::failed, verdict.problem, verdict.mend);
    } else if (verdict.days_left < kCertificateWarnDays) {
      add("TLS", Verdict::warning, fmt::format("the certificate ends in {} days", verdict.days_left),
          "Get a new certificate and restart the server");
    } else {
      add("TLS", Verdict::good,
          fmt::format("key and certificate belong together, valid for {} days", verdict.days_left));
    }
  }

  void known_good() {
    const auto read = read_known_good(location_.folder);
    for (const auto& each : read.problems) {
      add("known good", Verdict::warning, each.to_string(), "Correct the list, or take it out of known-good/");
    }
    for (const auto& each : read.left_out) {
      add("known good", Verdict::warning, each.to_string(), "Write them as the operator guide says, or go without");
    }
    if (read.files > 0) {
      add("known good", Verdict::good,
          fmt::format("{} with {}", text::count_of(static_cast<long long>(read.files), "list", "lists"),
                      text::count_of(static_cast<long long>(read.lists->size()), "value", "values")));
    }
  }

  void mail() {
    if (!has_mail(settings_)) {
      add("mail", Verdict::good, "none is sent: links are shown to whoever makes them");
      return;
    }
    const auto read = mail_settings(location_, settings_);
    if (!read) {
      add("mail", Verdict::failed, read.error().to_string(), "Correct it in tocsin.toml");
      return;
    }
    if (settings_.text("public_url").empty()) {
      add("mail", Verdict::warning, "none is sent, for public_url is not set and links need it", "Set public_url");
      return;
    }
    struct stat status{};
    const auto file = file_path(location_, settings_.value("mail.password_file"));
    if (!file.empty() && ::stat(file.c_str(), &status) == 0 && (status.st_mode & 0007U) != 0) {
      add("mail", Verdict::warning, "Every account of this machine may read the mail server's password",
          "chmod o-rwx " + file);
      return;
    }
    const auto counts =
        database_ ? database_->read([](store::Connection& connection) { return store::MailQueue{connection}.counts(); })
                  : Result<store::MailQueue::Counts>{store::MailQueue::Counts{}};
    constexpr std::int64_t kHour = std::int64_t{3'600} * 1'000'000;
    // An older schema has no queue yet; that is said above.
    if (counts && counts->given_up > 0) {
      add("mail", Verdict::warning,
          fmt::format("{} could not be sent", text::count_of(counts->given_up, "mail", "mails")),
          "tocsin mail list --data " + location_.folder);
    } else if (counts && counts->oldest_waiting &&
               counts->oldest_waiting->micros < system_clock().now().micros - kHour) {
      add("mail", Verdict::warning, "mail waits for more than an hour",
          "tocsin mail list --data " + location_.folder + " says why");
    } else {
      add("mail", Verdict::good,
          fmt::format("goes to {}; 'tocsin mail test ADDRESS' tries it", settings_.text("mail.url")));
    }
  }

  const Location location_;
  Settings settings_;
  std::unique_ptr<store::Database> database_;
  std::vector<Check> checks_;
};

std::string_view word(Verdict verdict) {
  return verdict == Verdict::good ? "good" : verdict == Verdict::warning ? "warning" : "failed";
}

}  // namespace

int run_doctor(const CommandLine& line) {
  const auto checks = Doctor{line}.examine();
  bool failed = false;
  for (const auto& each : checks) {
    failed = failed || each.verdict == Verdict::failed;
    if (line.json) {
      boost::json::object object;
      object.emplace("check", each.name);
      object.emplace("verdict", word(each.verdict));
      object.emplace("found", each.found);
      if (!each.mend.empty()) object.emplace("mend", each.mend);
      print_json(object);
      continue;
    }
    const auto* style = !colours()                         ? ""
                        : each.verdict == Verdict::good    ? "\x1b[32m"
                        : each.verdict == Verdict::warning ? "\x1b[33m"
                                                           : "\x1b[31m";
    print(fmt::format("{}{:<8}{} {:<16} {}\n", style, word(each.verdict), *style != '\0' ? "\x1b[0m" : "", each.name,
                      safe_text(each.found)));
    if (!each.mend.empty()) print(fmt::format("{:>8} {:<16} {}\n", "", "", "-> " + safe_text(each.mend)));
  }
  return failed ? kFailed : kGood;
}

}  // namespace tocsin::cli
