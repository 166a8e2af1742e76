#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "cli/settings.hpp"
#include "domain/four_eyes.hpp"
#include "domain/policy.hpp"
#include "store/database.hpp"

/// The data folder: tocsin.toml and, unless elsewhere, the database.
namespace tocsin::cli {

inline constexpr std::string_view kSettingsFile = "tocsin.toml";
/// Opens what the database holds sealed: second factors and waiting mail. Without it people set theirs up anew.
inline constexpr const char* kSealingKeyFile = "sealing.key";
/// What an installation is called that `init` was given no name for.
inline constexpr std::string_view kUnnamed = "Tocsin";

enum class FolderState { missing, empty, initialised, foreign };
/// Where an `init` was cut off, the folder still counts as empty.
FolderState folder_state(const std::string& folder);

struct Location {
  std::string folder;                        ///< --data
  std::map<std::string, std::string> flags;  ///< Settings that the command line gave.
};

/// Reads the folder's settings. Errors: not_found where it is not initialised, with the command that mends it;
/// invalid_input with the first of several problems.
Result<Settings> read_settings(const Location& location);
LoadedSettings read_settings_with_problems(const Location& location);
/// The database's URL or path: a relative path of the settings file counts from the data folder.
std::string database_url(const Location& location, const Settings& settings);
/// The same for other files named in the settings.
std::string file_path(const Location& location, const SettingValue& value);

/// The check of chosen passwords against the operator's list of breached ones; empty where none is set.
/// Errors: what BreachedPasswords::open says of the file.
Result<std::function<bool(std::string_view)>> breached_check(const Location& location, const Settings& settings);

/// Which acts want a second person (four_eyes, four_eyes_days). Errors: invalid_input.
Result<domain::FourEyes> four_eyes_of(const Settings& settings);

struct Installation {
  Location location;
  Settings settings;
  std::unique_ptr<store::Database> database;
};
/// Opens and, where the schema is older than this program, migrates.
Result<Installation> open_installation(const Location& location);
/// Creates folder, database, own organisation and at last tocsin.toml, whose presence says that all is there. Nothing
/// happens to what was initialised before. Errors: conflict for a folder that holds something else.
Result<Installation> create_installation(const Location& location, const std::string& name);

/// Who works at the command line: whoever can open the data folder acts for the organisation that owns it.
domain::policy::Viewer operator_viewer(bool as_public);

}  // namespace tocsin::cli
