#include <map>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "formats/csaf/distribution/rules.hpp"

/// provider-metadata.json: requirements 3, 5, 7, 15 to 17 and 20, and the roles (sections 7.2.1 to 7.2.3).
namespace tocsin::formats::csaf::distribution {
namespace {

/// A place where documents of one TLP label are.
struct Place {
  Node url;
  std::string_view label;
};

std::vector<Node> feeds_of(Node root) {
  std::vector<Node> feeds;
  for (const auto distribution : root["distributions"].elements()) {
    for (const auto feed : distribution["rolie"]["feeds"].elements()) feeds.push_back(feed);
  }
  return feeds;
}

void check_role(const Context& context) {
  const auto role = context.root.text_at("role");
  const bool trusted = role == "csaf_trusted_provider";
  if (!trusted && role != "csaf_provider") return;
  if (context.root["distributions"].empty()) {
    context.must("7.2.2");
    context.sink.add(
        context.root, "/distributions",
        fmt::format("a party of role {} distributes by folders or by ROLIE, but no distribution is named", role),
        "Name the folder (requirements 11 to 14) or the ROLIE feeds (15 to 17), or take the role "
        "csaf_publisher.");
  }
  if (trusted && context.root["public_openpgp_keys"].empty()) {
    context.must("7.1.20");
    context.sink.add(context.root, "/public_openpgp_keys",
                     "a trusted provider signs, but no public OpenPGP key is named",
                     "Name the key that the signatures are made with, or take the role csaf_provider.");
  }
}

void check_addresses(const Context& context) {
  const auto role = context.root.text_at("role");
  using Group = Finding::Group;
  // One of requirements 8 to 10 has to be met by a provider, and each of them wants HTTPS for this very document.
  needs_https(context, context.root["canonical_url"], "7.2.2",
              role == "csaf_publisher" ? Group::recommended : Group::mandatory, "this document");
  for (const auto distribution : context.root["distributions"].elements()) {
    needs_https(context, distribution["directory_url"], "7.1.3", Group::mandatory, "the folder");
    needs_https(context, distribution["directory"]["url"], "7.1.3", Group::mandatory, "the folder");
    for (const auto feed : distribution["rolie"]["feeds"].elements()) {
      needs_https(context, feed["url"], "7.1.3", Group::mandatory, "the feed");
    }
  }
  for (const auto key : context.root["public_openpgp_keys"].elements()) {
    needs_https(context, key["url"], "7.1.20", Group::recommended, "the OpenPGP key");
  }
}

void check_labels(const Context& context) {
  const auto feeds = feeds_of(context.root);
  bool any_open = false;
  std::vector<Place> places;
  for (const auto feed : feeds) {
    places.push_back({feed["url"], feed.text_at("tlp_label")});
    any_open = any_open || is_open(feed.text_at("tlp_label"));
  }
  if (!feeds.empty() && !any_open) {
    context.must("7.1.15");
    context.sink.add(context.root["distributions"],
                     context.version == CsafVersion::v2_0 ? "no feed is TLP:WHITE, TLP:GREEN or without a label"
                                                          : "no feed is TLP:CLEAR or TLP:GREEN",
                     "Add such a feed; it may be empty.");
  }
  std::map<std::string_view, std::string_view> labels;
  for (const auto distribution : context.root["distributions"].elements()) {
    if (const auto folder = distribution["directory"]) places.push_back({folder["url"], folder.text_at("tlp_label")});
  }
  for (const auto& place : places) {
    if (!place.url.is_string() || place.label.empty()) continue;
    const auto [known, is_new] = labels.emplace(place.url.text(), place.label);
    if (is_new || known->second == place.label) continue;
    // One of the two is protected, the other is for everybody.
    if (is_open(known->second) != is_open(place.label)) {
      context.must("7.1.5");
    } else {
      context.should("7.1.15");
    }
    context.sink.add(
        place.url, fmt::format("documents of TLP:{} are at the address of those of TLP:{}", place.label, known->second),
        "Give each label an address of its own.");
  }
}

/// Where ROLIE's other documents SHOULD lie.
void check_neighbours(const Context& context) {
  const auto home = Url{context.root.text_at("canonical_url")}.folder;
  std::set<std::string> feed_folders;
  for (const auto feed : feeds_of(context.root)) feed_folders.insert(Url{feed.text_at("url")}.folder);
  for (const auto distribution : context.root["distributions"].elements()) {
    for (const auto service : distribution["rolie"]["services"].elements()) {
      const Url url{service.text()};
      needs_https(context, service, "7.1.16", Finding::Group::recommended, "the service document");
      if (url.name == "service.json" && url.folder == home) continue;
      context.should("7.1.16");
      context.sink.add(service, "the service document is not service.json beside this document",
                       fmt::format("Put it at {}service.json.", home));
    }
    for (const auto category : distribution["rolie"]["categories"].elements()) {
      needs_https(context, category, "7.1.17", Finding::Group::recommended, "the category document");
      if (feed_folders.contains(Url{category.text()}.folder)) continue;
      context.should("7.1.17");
      context.sink.add(category, "the category document is beside none of the feeds",
                       "Put it beside the feed that it is of.");
    }
  }
}

}  // namespace

void check_provider(const Context& context) {
  check_role(context);
  check_addresses(context);
  check_labels(context);
  check_neighbours(context);
  if (context.version == CsafVersion::v2_1) check_maintained(context);
  for (const auto feed : feeds_of(context.root)) {
    not_later_than(context, feed["last_updated"], context.root["last_updated"], "the feed");
  }
}

}  // namespace tocsin::formats::csaf::distribution
