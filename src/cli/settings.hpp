#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

/// Settings of an installation, each declared once: the reader of tocsin.toml, environment and flags, `tocsin config
/// check`, the commented file that `init` writes and docs/settings.md all come from one table.
namespace tocsin::cli {

enum class SettingType { text, integer, boolean, choice };

struct SettingSpec {
  std::string_view name;  ///< "limits.header_bytes": key header_bytes of the table [limits].
  SettingType type = SettingType::text;
  std::string_view unit;  ///< "bytes", "s", or empty.
  std::string_view built_in;
  std::string_view meaning;
  std::int64_t min = 0, max = 0;  ///< integer
  std::string_view choices = {};  ///< choice: "a|b|c"
};

/// In the order of the documentation: plain keys first, then table by table.
std::span<const SettingSpec> setting_specs() noexcept;
/// "limits.header_bytes" -> "TOCSIN_LIMITS_HEADER_BYTES"
std::string environment_name(std::string_view setting);

enum class Origin { built_in, file, environment, flag };
std::string_view to_string(Origin origin) noexcept;  ///< "built in", "file", "environment", "flag"

struct SettingValue {
  std::string text;
  Origin origin = Origin::built_in;
  std::string where;  ///< "tocsin.toml:3:1", "TOCSIN_LISTEN", "--listen"; empty where built in.
};

class Settings {
 public:
  /// All built in.
  Settings();
  /// Of a setting in the table; asking for another is our own bug.
  const SettingValue& value(std::string_view name) const;
  const std::string& text(std::string_view name) const { return value(name).text; }
  std::int64_t integer(std::string_view name) const;
  bool boolean(std::string_view name) const { return text(name) == "true"; }

 private:
  friend struct SettingsReader;
  std::map<std::string, SettingValue, std::less<>> values_;
};

/// Where settings come from, weakest first.
struct SettingSources {
  std::optional<std::string> file;  ///< Text of tocsin.toml.
  std::string file_name = "tocsin.toml";
  /// Value of an environment variable, or nullptr.
  std::function<const char*(const char*)> environment = {};
  std::map<std::string, std::string> flags = {};  ///< By setting name; what the command line gave.
};

struct LoadedSettings {
  Settings settings;            ///< What was right; the rest is built in.
  std::vector<Error> problems;  ///< Everything that is wrong, with file:line:column, variable or flag.
};
LoadedSettings load_settings(const SettingSources& sources);

/// tocsin.toml as `init` writes it: every setting as a comment, the given ones set.
std::string settings_file(const std::map<std::string, std::string>& set);
/// docs/settings.md
std::string settings_document();

}  // namespace tocsin::cli
