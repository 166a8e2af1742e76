#include <map>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/csaf/distribution/rules.hpp"

/// aggregator.json: requirements 3, 7 and 21 to 23, and the roles (sections 7.2.4 and 7.2.5).
namespace tocsin::formats::csaf::distribution {
namespace {

struct Party {
  Node entry;
  std::string_view who;  ///< The publisher's namespace, which names it for the whole world.
  bool is_publisher = false;
};

std::vector<Party> parties_of(const Context& context) {
  std::vector<Party> parties;
  for (const std::string_view list : {"csaf_providers", "csaf_publishers"}) {
    for (const auto entry : context.root[list].elements()) {
      parties.push_back({entry, entry["metadata"]["publisher"].text_at("namespace"), list == "csaf_publishers"});
    }
  }
  return parties;
}

/// A list that is there, so that a finding has a place.
Node list_of(const Context& context) {
  const auto providers = context.root["csaf_providers"];
  return providers ? providers : context.root;
}

void check_parties(const Context& context, const std::vector<Party>& parties) {
  std::set<std::string_view> providers, publishers;
  for (const auto& party : parties) (party.is_publisher ? publishers : providers).insert(party.who);
  bool two = providers.size() >= 2;
  for (const auto& provider : providers) {
    for (const auto& publisher : publishers) two = two || provider != publisher;
  }
  if (!two) {
    context.must("7.1.22");
    context.sink.add(list_of(context), "fewer than two issuing parties are listed (told apart by their namespace)",
                     "List two providers, or a provider and a publisher.");
  }
  for (const auto& party : parties) {
    const auto role = party.entry["metadata"]["role"];
    if (!role.is_string() || (role.text() == "csaf_publisher") == party.is_publisher) continue;
    context.should("7.1.22");
    context.sink.add(role,
                     fmt::format("a party of role {} stands in the list of {}", role.text(),
                                 party.is_publisher ? "publishers" : "providers"),
                     party.is_publisher ? "Move it to csaf_providers." : "Move it to csaf_publishers.");
  }
  std::map<std::string_view, Node> seen;
  for (const auto& party : parties) {
    const auto url = party.entry["metadata"]["url"];
    if (!url.is_string() || party.is_publisher || seen.emplace(url.text(), url).second) continue;
    context.should("7.1.21");
    context.sink.add(url, "these metadata are listed twice", "Keep the entry of the latest version.");
  }
}

void check_places(const Context& context, const std::vector<Party>& parties) {
  using Group = Finding::Group;
  const auto canonical = context.root["canonical_url"];
  const Url own{canonical.text()};
  needs_https(context, canonical, "7.1.21", Group::recommended, "this document");
  std::map<std::string_view, std::string_view> mirrored;  // address to party
  for (const auto& party : parties) {
    const auto url = party.entry["metadata"]["url"];
    needs_https(context, url, "7.1.7", party.is_publisher ? Group::recommended : Group::mandatory,
                "the provider's metadata");
    if (!own.folder.empty() && Url{url.text()}.folder == own.folder) {
      context.must("7.1.21");
      context.sink.add(url, "aggregator.json lies beside this provider-metadata.json", "Put it into another folder.");
    }
    for (const auto mirror : party.entry["mirrors"].elements()) {
      const Url place{mirror.text()};
      needs_https(context, mirror, "7.1.3", Group::mandatory, "the mirror");
      if (place.host == own.host && place.folder == own.folder && !own.folder.empty()) {
        context.must("7.1.21");
        context.sink.add(mirror, "aggregator.json lies beside this provider-metadata.json",
                         "Put the mirror into a folder of its own.");
      } else if (place.host == own.host && !own.folder.empty()) {
        const auto below = std::string_view{place.folder}.substr(std::min(own.folder.size(), place.folder.size()));
        if (!place.folder.starts_with(own.folder) || below.find('/') != below.size() - 1) {
          context.must("7.1.23");
          context.sink.add(mirror, "the folder of the mirror is not adjacent to aggregator.json",
                           fmt::format("Put it at {}NAME/provider-metadata.json.", own.folder));
        }
      }
      const auto [known, is_new] = mirrored.emplace(mirror.text(), party.who);
      if (!is_new && known->second != party.who) {
        context.must("7.1.23");
        context.sink.add(mirror, "two issuing parties are mirrored in the same folder",
                         "Give each a folder of its own.");
      }
    }
  }
}

/// Is the host the aggregator's own, as far as the document tells?
bool is_own(const Context& context, std::string_view host) {
  const auto is_below = [&](const std::string& domain) {
    return !domain.empty() &&
           (host == domain || (host.ends_with(domain) && host[host.size() - domain.size() - 1] == '.'));
  };
  return is_below(Url{context.root.text_at("canonical_url")}.host) ||
         is_below(Url{context.root["aggregator"].text_at("namespace")}.host);
}

void check_category(const Context& context, const std::vector<Party>& parties) {
  const auto category = context.root["aggregator"]["category"];
  std::set<std::string_view> mirrored, mirrored_here;
  for (const auto& party : parties) {
    for (const auto mirror : party.entry["mirrors"].elements()) {
      mirrored.insert(party.who);
      if (!is_own(context, Url{mirror.text()}.host)) continue;
      mirrored_here.insert(party.who);
      if (category.text() != "lister") continue;
      context.must("7.2.4");
      context.sink.add(mirror, "a lister lists a mirror of its own",
                       "Take the category aggregator, or leave the mirror out.");
    }
  }
  if (category.text() != "aggregator") return;
  if (mirrored.size() < 2) {
    context.must("7.2.5");
    context.sink.add(category,
                     fmt::format("an aggregator mirrors at least two issuing parties, but {} named",
                                 text::count_of(static_cast<long long>(mirrored.size()), "is", "are")),
                     "List the mirrors, or take the category lister.");
  } else if (mirrored_here.size() < 2) {
    // Which domains a party has, nobody can tell from here.
    context.should("7.2.5");
    context.sink.add(category, "fewer than two parties are mirrored at a domain that is plainly the aggregator's own",
                     "Mirror them below the domain of canonical_url or namespace.");
  }
}

}  // namespace

void check_aggregator(const Context& context) {
  const auto parties = parties_of(context);
  check_parties(context, parties);
  check_places(context, parties);
  check_category(context, parties);
  if (context.version == CsafVersion::v2_1) check_maintained(context);
  for (const auto& party : parties) {
    not_later_than(context, party.entry["metadata"]["last_updated"], context.root["last_updated"], "the entry");
  }
}

}  // namespace tocsin::formats::csaf::distribution
