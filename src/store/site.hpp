#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "store/database.hpp"

namespace tocsin::store {

/// What administrators set of the site, name by name. Rules and permissions: engine/site.
class SiteValues {
 public:
  explicit SiteValues(Connection& connection) : connection_(connection) {}
  /// All but the logo's bytes.
  Result<std::map<std::string, std::string, std::less<>>> all();
  /// An empty value removes it.
  Status put(std::string_view name, std::string_view value);
  Result<std::optional<std::string>> logo();
  /// An empty one removes it.
  Status put_logo(std::string_view bytes);

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
