#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/role.hpp"
#include "portal/http/message.hpp"

/// Every route of the portal is in one table, with the permission it needs and the words that describe it, so that the
/// OpenAPI document and the tests that walk all routes come from the same place.
namespace tocsin::portal::http {

/// Runs on the blocking pool (one hop per request), so it may read the database. Must not throw; what it throws
/// nevertheless becomes 500 with a request id.
using Handler = std::function<Result<Response>(const Request&)>;

struct Route {
  Method method = Method::get;
  /// "/advisories/{id}". A segment is literal, a parameter, or a parameter with a literal end ("{vendor}.atom");
  /// "{rest...}" takes the remaining path. Where several fit, the more literal one wins, from left to right.
  std::string pattern;
  Handler handler;
  /// Checked in one place before the handler runs (portal/access.hpp).
  domain::Permission permission = domain::Permission::anyone;
  /// For people at a browser: a program's token does not open it.
  bool session_only = false;
  /// Open also to those who have to add a second factor before anything else.
  bool before_second_factor = false;
  /// Shows a form to people who have not signed in: the answer comes with the cookie that the form must match.
  bool form_before_sign_in = false;
  /// The path holds a secret: logs get the pattern instead.
  bool secret_path = false;
  /// Whoever has the secret may, whoever they are: asked by programs that show no form, such as those that read mail.
  bool secret_is_enough = false;
  std::string name;     ///< "advisory": stable, label of metrics, operationId in OpenAPI.
  std::string summary;  ///< One sentence, for OpenAPI; empty keeps it out.
  /// Answers without touching the database and fast: run on the network thread.
  bool inline_ = false;
  /// The answer holds absolute URLs made from the Host header: cached answers are kept apart by host.
  bool varies_by_host = false;
  /// Takes a form with files (multipart/form-data), up to body_bytes_max.
  bool takes_files = false;
  /// Bytes of body this route takes; 0: 64 KiB for GET, the server's limit for the others. Beyond it 413.
  std::size_t body_bytes_max = 0;
};

struct Match {
  const Route* route = nullptr;
  std::map<std::string, std::string, std::less<>> parameters;
};

class Router {
 public:
  /// Two routes of one method and the same shape are a TOCSIN_CHECK, so that no route shadows another. GET serves HEAD.
  void add(Route route);
  /// Route or nullptr; `allowed` gets the methods that the path would take (for 405 and OPTIONS).
  Match match(Method method, std::string_view path, std::vector<Method>* allowed = nullptr) const;
  const std::vector<std::unique_ptr<Route>>& routes() const noexcept { return routes_; }

 private:
  std::vector<std::unique_ptr<Route>> routes_;
  struct Node;
  std::shared_ptr<Node> root_;
};

}  // namespace tocsin::portal::http
