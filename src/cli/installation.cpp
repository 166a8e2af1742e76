#include "cli/installation.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.hpp"
#include "base/time.hpp"
#include "exchange/breached_passwords.hpp"
#include "store/migrations.hpp"
#include "store/organisations.hpp"

namespace tocsin::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kUnfinishedSettings = "tocsin.toml.new";

std::string settings_path(const std::string& folder) { return (fs::path{folder} / kSettingsFile).string(); }

Error system_error(std::string what, int number) {
  return Error::unavailable(fmt::format("{}: {}", what, std::error_code(number, std::generic_category()).message()));
}

/// Complete or not there: written beside, synced, renamed.
Status write_settings_file(const std::string& folder, std::string_view text) {
  const auto path = settings_path(folder);
  const auto unfinished = (fs::path{folder} / kUnfinishedSettings).string();
  // Its owner only: the database's URL may hold a password.
  const int descriptor = ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return system_error("Cannot write " + unfinished, errno);
  int failure = 0;
  for (std::size_t at = 0; at < text.size() && failure == 0;) {
    const auto written = ::write(descriptor, text.data() + at, text.size() - at);
    if (written > 0) {
      at += static_cast<std::size_t>(written);
    } else if (errno != EINTR) {
      failure = errno;
    }
  }
  if (failure == 0 && ::fsync(descriptor) != 0) failure = errno;
  ::close(descriptor);
  if (failure == 0 && ::rename(unfinished.c_str(), path.c_str()) != 0) failure = errno;
  if (failure != 0) return system_error("Cannot write " + path, failure);
  return ok();
}

Result<std::unique_ptr<store::Database>> open_database(const Location& location, const Settings& settings) {
  store::DatabaseOptions options;
  options.url = database_url(location, settings);
  // One for each worker, one for the duty that derives, one for whoever looks from outside.
  options.connections = static_cast<int>(settings.integer("threads.workers")) + 2;
  return store::Database::open(options);
}

}  // namespace

FolderState folder_state(const std::string& folder) {
  std::error_code failure;
  const auto status = fs::status(folder, failure);
  if (status.type() == fs::file_type::not_found) return FolderState::missing;
  if (!fs::is_directory(status)) return FolderState::foreign;
  if (fs::exists(settings_path(folder), failure)) return FolderState::initialised;
  for (fs::directory_iterator each(folder, failure), end; !failure && each != end; each.increment(failure)) {
    const auto name = each->path().filename().string();
    if (name != kUnfinishedSettings && name != "tocsin.db" && !name.starts_with("tocsin.db-"))
      return FolderState::foreign;
  }
  return failure ? FolderState::foreign : FolderState::empty;
}

LoadedSettings read_settings_with_problems(const Location& location) {
  SettingSources sources;
  // Nothing in this process ever sets its environment.
  // NOLINTNEXTLINE(concurrency-mt-unsafe)
  sources.environment = [](const char* name) -> const char* { return std::getenv(name); };
  sources.flags = location.flags;
  const auto path = settings_path(location.folder);
  sources.file_name = path;
  std::ifstream in(path, std::ios::binary);
  if (in) {
    std::ostringstream text;
    text << in.rdbuf();
    sources.file = std::move(text).str();
  }
  auto loaded = load_settings(sources);
  if (!in && folder_state(location.folder) == FolderState::initialised) {
    loaded.problems.insert(loaded.problems.begin(), Error::unavailable("Cannot read " + path));
  }
  return loaded;
}

Result<Settings> read_settings(const Location& location) {
  switch (folder_state(location.folder)) {
    case FolderState::missing:
    case FolderState::empty:
      return Error{Error::Code::not_found,
                   fmt::format("There is no Tocsin installation here: run 'tocsin init --data {}'", location.folder),
                   location.folder,
                   {}};
    case FolderState::foreign:
      return Error{
          Error::Code::not_found,
          "This is no data folder of Tocsin (no tocsin.toml in it): name another with --data, or make one with "
          "'tocsin init --data DIR'",
          location.folder,
          {}};
    case FolderState::initialised:
      break;
  }
  auto loaded = read_settings_with_problems(location);
  if (!loaded.problems.empty()) return std::move(loaded.problems.front());
  return std::move(loaded.settings);
}

std::string file_path(const Location& location, const SettingValue& value) {
  if (value.text.empty() || value.origin == Origin::flag || value.origin == Origin::environment) return value.text;
  return (fs::path{location.folder} / value.text).string();
}

std::string database_url(const Location& location, const Settings& settings) {
  const auto& value = settings.value("database");
  if (value.text.starts_with("postgresql://") || value.text.starts_with("postgres://")) return value.text;
  return file_path(location, value);
}

Result<std::function<bool(std::string_view)>> breached_check(const Location& location, const Settings& settings) {
  const auto& setting = settings.value("breached_passwords");
  if (setting.text.empty()) return std::function<bool(std::string_view)>{};
  TRY(auto opened, exchange::BreachedPasswords::open(file_path(location, setting)));
  auto list = std::make_shared<const exchange::BreachedPasswords>(std::move(opened));
  return std::function<bool(std::string_view)>{[list](std::string_view password) {
    const auto count = list->count(password);
    // A list that cannot be read locks nobody out of choosing a password; the operator reads of it.
    if (!count)
      log::error("breached_passwords.failed", {{"message", count.error().message}, {"where", count.error().where}});
    return count && *count > 0;
  }};
}

Result<Installation> open_installation(const Location& location) {
  Installation installation{.location = location, .settings = {}, .database = nullptr};
  TRY(installation.settings, read_settings(location));
  TRY(installation.database, open_database(location, installation.settings));
  TRY_VOID(store::migrate(*installation.database));
  return installation;
}

Result<Installation> create_installation(const Location& location, const std::string& name) {
  const auto state = folder_state(location.folder);
  if (state == FolderState::foreign) {
    return Error::conflict("This folder holds something that is not Tocsin's: name a new or empty one",
                           location.folder);
  }
  if (state == FolderState::initialised) {
    TRY(auto installation, open_installation(location));
    Location without = location;
    without.flags.erase("database");
    TRY(const auto settings, read_settings(without));
    if (database_url(location, installation.settings) != database_url(without, settings)) {
      return Error::conflict(
          "This folder is initialised with another database: change 'database' in its tocsin.toml, "
          "after moving the data with 'tocsin backup' and 'tocsin restore'",
          location.folder);
    }
    return installation;
  }
  std::error_code failure;
  if (state == FolderState::missing) {
    fs::create_directories(location.folder, failure);
    if (failure) return system_error("Cannot create " + location.folder, failure.value());
    // Drafts and restricted advisories will lie here.
    ::chmod(location.folder.c_str(), 0700);
  }
  Installation installation{.location = location, .settings = {}, .database = nullptr};
  auto loaded = read_settings_with_problems(location);
  if (!loaded.problems.empty()) return std::move(loaded.problems.front());
  installation.settings = std::move(loaded.settings);
  TRY(installation.database, open_database(location, installation.settings));
  TRY_VOID(store::migrate(*installation.database));
  TRY_VOID(installation.database->write([&](store::Connection& connection) {
    return store::Organisations{connection}.ensure_own(name, system_clock().now());
  }));
  std::map<std::string, std::string> set;
  if (const auto& database = installation.settings.value("database"); database.origin != Origin::built_in) {
    const bool url = database.text.find("://") != std::string::npos;
    set["database"] = url ? database.text : fs::absolute(database.text, failure).string();
  }
  // A name that was not chosen stays the portal's to choose.
  if (name != kUnnamed) set["site_name"] = name;
  TRY_VOID(write_settings_file(location.folder, settings_file(set)));
  return installation;
}

Result<domain::FourEyes> four_eyes_of(const Settings& settings) {
  auto wanted = domain::FourEyes::parse(settings.text("four_eyes"));
  if (!wanted) return Error::invalid(wanted.error().message, settings.value("four_eyes").where);
  wanted->days = static_cast<int>(settings.integer("four_eyes_days"));
  return wanted;
}

domain::policy::Viewer operator_viewer(bool as_public) {
  auto viewer = domain::policy::Viewer::anonymous();
  if (!as_public) {
    viewer.organisation = domain::kOwnOrganisation;
    // Whoever has the database has its RED and its drafts; the command line need not pretend otherwise.
    viewer.roles = {domain::Role::member, domain::Role::coordinator};
  }
  return viewer;
}

}  // namespace tocsin::cli
