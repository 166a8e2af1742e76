#include "engine/hooks/assets_event.hpp"

namespace tocsin::engine::hooks {

Event event_of(const AssetsNotice& notice) {
  Event event{.id = notice.id,
              .type = "assets.affected",
              .person = notice.person,
              .organisation = notice.organisation,
              .at = notice.at,
              .data = {{"assets", notice.assets}, {"advisories", notice.advisories}, {"url", notice.url}}};
  auto& worst = event.data["most_urgent"].emplace_array();
  for (const auto& each : notice.worst) {
    boost::json::object one{
        {"id", each.record}, {"tlp", domain::to_string(each.tlp)}, {"url", each.url}, {"assets", each.assets}};
    if (each.tlp == domain::Tlp::clear || each.tlp == domain::Tlp::green) {
      one["title"] = each.title;
      one["severity"] = each.severity;
    }
    worst.push_back(std::move(one));
  }
  auto& subscriptions = event.data["subscriptions"].emplace_array();
  for (const auto& each : notice.subscriptions) subscriptions.emplace_back(each);
  return event;
}

}  // namespace tocsin::engine::hooks
