#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace CLI {
class App;
}

/// Options of `tocsin webhook`.
namespace tocsin::cli {

struct WebhookOptions {
  enum class What { list, add, enable, disable, rotate, remove, test, replay, deliveries } what = What::list;
  std::int64_t id = 0;                   ///< Of the webhook.
  std::optional<std::int64_t> delivery;  ///< replay: none is all dead ones.
  std::string name, url, organisation, person;
  std::string state;  ///< deliveries
};

/// The subcommands of `webhook`; `common` adds to each what all commands have, and its examples.
void add_webhook_commands(CLI::App& group, WebhookOptions& into,
                          const std::function<void(CLI::App* command, const char* examples)>& common);

}  // namespace tocsin::cli
