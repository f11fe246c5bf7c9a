//! H19: calls as the clients of the earlier systems make them, according to their documents (`portal-api.md`
//! 1.2): numbers as text, comma-separated amenities, empty filters, forged identities beside a real token. Each
//! response has the members that those clients read. The security holes of the earlier systems are closed, and
//! the clients still work.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Answer, Client, Form, PASSWORD, Person};

use crate::{images, people};

/// A client that sends the headers that the earlier gateway would have added.
struct Source<'a> {
    client: &'a Client,
    /// Another person's id, which it claims as its own, with the role of an admin.
    pretends: &'a str,
}

impl Source<'_> {
    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let forged =
            [("x-user-id", self.pretends), ("x-user-role", "ADMIN"), ("x-user-email", "root@example.com")];
        let body = body.map(|mut body| {
            let identity = json!({"userId": self.pretends, "ownerId": self.pretends, "role": "ADMIN",
                "sessionId": "session_abc123", "timestamp": "2024-01-15T10:30:00"});
            body.as_object_mut().unwrap().extend(identity.as_object().unwrap().clone());
            body
        });
        self.client.send(method, path, body.as_ref(), &forged).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None).await.expect(200)
    }
}

#[track_caller]
fn has(value: &Value, members: &[&str]) {
    for member in members {
        assert!(value.get(member).is_some(), "{member} is missing in {value}");
    }
}

const USER: [&str; 11] = [
    "id",
    "username",
    "email",
    "firstName",
    "lastName",
    "role",
    "status",
    "emailVerified",
    "phoneVerified",
    "createdAt",
    "updatedAt",
];
const PAGE: [&str; 9] = [
    "content",
    "totalElements",
    "totalPages",
    "last",
    "first",
    "number",
    "size",
    "numberOfElements",
    "empty",
];
const HOME: [&str; 18] = [
    "id",
    "title",
    "description",
    "price",
    "location",
    "city",
    "propertyType",
    "listingType",
    "bedrooms",
    "bathrooms",
    "areaSqft",
    "amenities",
    "ownerId",
    "isFeatured",
    "isVerified",
    "status",
    "viewsCount",
    "favoritesCount",
];

/// Everything that a form of the earlier pages could contain, all as text.
fn request(title: &str) -> Value {
    json!({"title": title, "description": "Close to the lake, with the morning sun.", "price": "8500000.00",
        "location": "Gachibowli", "address": "Plot 42, Sample Road", "city": "Hyderabad", "state": "Telangana",
        "pincode": "500032", "propertyType": "APARTMENT", "listingType": "SALE", "bedrooms": "3",
        "bathrooms": "2", "areaSqft": "1650", "parkingSpaces": "1", "floorNumber": "4", "totalFloors": "12",
        "ageOfProperty": "2", "facing": "East", "furnishedStatus": "SEMI_FURNISHED",
        "amenities": "Lift,Gym, Swimming Pool", "nearbyFacilities": "School,Metro", "contactName": "Asha",
        "contactPhone": "98480-12345", "contactEmail": "asha@example.com", "latitude": "17.4401",
        "longitude": "78.3489", "imageUrls": []})
}

#[tokio::test(flavor = "multi_thread")]
async fn h19_an_account_as_earlier_clients_use_it() {
    let app = people::app().await;
    let admin = people::admin(&app).await;
    let other = Person::register(&app.client, "other").await;
    let anyone = Source { client: &app.client, pretends: &other.id };
    let body = json!({"username": "asha", "email": "asha@example.com", "password": PASSWORD,
        "firstName": "Asha", "lastName": "Rao", "phoneNumber": "+91 98480-12345"});
    let joined = anyone.call(Method::POST, "/api/auth/register", Some(body)).await.expect(201);
    has(joined.data(), &["accessToken", "refreshToken", "tokenType", "expiresIn", "user"]);
    has(&joined.data()["user"], &USER);
    assert_eq!(joined.data()["user"]["role"], "USER", "whatever a client says it is");
    for name in ["emailOrUsername", "email", "username"] {
        let value = if name == "username" { "asha" } else { "asha@example.com" };
        let body = json!({name: value, "password": PASSWORD});
        let entered = anyone.call(Method::POST, "/api/auth/login", Some(body)).await.expect(200);
        has(
            &entered.data()["history"],
            &["userId", "activities", "totalActivities", "currentPage", "totalPages", "summary"],
        );
    }
    let asha = Person::enter(&app.client, "asha@example.com").await;
    let body = json!({"refreshToken": asha.refresh});
    let renewed = anyone.call(Method::POST, "/api/auth/refresh", Some(body)).await.expect(200);
    has(renewed.data(), &["accessToken", "refreshToken", "tokenType", "expiresIn", "user"]);
    let me = Source { client: &asha.client, pretends: &other.id };
    let code = people::code(&app, &asha, "verify-email").await;
    let verify = format!("/api/auth/verify-email?userId={}&verificationCode={code}", asha.id);
    me.call(Method::POST, &verify, None).await.expect(200);
    let profile = me.get("/api/users/profile").await;
    has(profile.data(), &USER);
    assert_eq!(
        (&*asha.id, true),
        (profile.data()["id"].as_str().unwrap(), profile.data()["emailVerified"] == true)
    );
    let change = json!({"firstName": "Asha", "lastName": "Rao", "phoneNumber": "9848012345", "address": "Plot 42",
        "city": "Hyderabad", "state": "Telangana", "pincode": "500032", "dateOfBirth": "1990-05-17", "profileImageUrl": ""});
    let changed = me.call(Method::PUT, "/api/users/profile", Some(change)).await.expect(200);
    assert_eq!(changed.data()["city"], "Hyderabad");
    for path in [format!("/api/users/{}", other.id), "/api/users?page=0&size=10&search=".into()] {
        me.call(Method::GET, &path, None).await.expect(403);
    }
    let root = Source { client: &admin.client, pretends: &other.id };
    has(root.get(&format!("/api/users/{}", asha.id)).await.data(), &USER);
    has(root.get("/api/users?page=0&size=10&search=asha").await.data(), &PAGE);
    me.call(Method::POST, "/api/auth/logout", None).await.expect(204);
    me.call(Method::GET, "/api/users/profile", None).await.expect(401);
    let again = Person::enter(&app.client, "asha@example.com").await;
    let me = Source { client: &again.client, pretends: &other.id };
    me.call(Method::DELETE, "/api/users/profile", None).await.expect(204);
    other.client.get("/api/users/profile").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn h19_listings_as_earlier_clients_use_them() {
    let app = people::app().await;
    let asha = Person::register(&app.client, "asha").await;
    let other = Person::register(&app.client, "other").await;
    let me = Source { client: &asha.client, pretends: &other.id };
    let made = me.call(Method::POST, "/api/properties", Some(request("3BHK by the lake"))).await.expect(201);
    let home = made.data();
    has(home, &HOME);
    assert_eq!(home["ownerId"], *asha.id, "the owner is who holds the token");
    assert_eq!(json!([home["price"], home["bedrooms"], home["latitude"]]), json!([8_500_000, 3, 17.4401]));
    assert_eq!(home["amenities"], json!(["Lift", "Gym", "Swimming Pool"]));
    let second =
        me.call(Method::POST, "/api/properties", Some(request("Another by the lake"))).await.expect(201);
    let second = second.data()["id"].as_str().unwrap().to_owned();
    let id = home["id"].as_str().unwrap();
    let path = format!("/api/properties/{id}");
    let mut change = request("3BHK by the lake, painted");
    change["price"] = "8400000".into();
    let changed = me.call(Method::PUT, &path, Some(change)).await.expect(200);
    assert_eq!(changed.data()["price"], 8_400_000);
    app.drain().await;
    has(me.get("/api/properties/my-properties?page=0&size=10").await.data(), &PAGE);
    let guest = Source { client: &app.client, pretends: &asha.id };
    for base in ["/api/properties", "/api/public/properties"] {
        let one = guest.get(&format!("{base}/{id}")).await;
        has(one.data(), &HOME);
        assert!(!one.text.contains("98480") && !one.text.contains("asha@example.com"), "{}", one.text);
        for (list, entries) in [
            ("?page=0&size=10&sortBy=createdAt&sortDir=desc", 2),
            ("/search?query=lake&page=0&size=10", 2),
            (
                "/filter?city=Hyderabad&propertyType=APARTMENT&listingType=SALE&minPrice=8000000&maxPrice=8400000&bedrooms=3&minArea=&maxArea=&page=0&size=10&sortBy=createdAt",
                1,
            ),
            ("/filter?city=&propertyType=&listingType=&minPrice=&maxPrice=&bedrooms=&minArea=&maxArea=", 2),
            ("/featured?page=0&size=10", 0),
        ] {
            let page = guest.get(&format!("{base}{list}")).await;
            has(page.data(), &PAGE);
            assert_eq!(page.data()["totalElements"], entries, "{base}{list}");
        }
        let similar = guest.get(&format!("{base}/{id}/similar?limit=5")).await;
        assert_eq!(similar.data()[0]["id"], *second, "{}", similar.text);
    }
    let visitor = Source { client: &other.client, pretends: &asha.id };
    visitor.call(Method::POST, &format!("{path}/favorite"), None).await.expect(204);
    visitor.call(Method::PUT, &path, Some(request("Mine now"))).await.expect(403);
    visitor.call(Method::DELETE, &path, None).await.expect(403);
    me.call(Method::PATCH, &format!("{path}/status?status=SOLD"), None).await.expect(200);
    me.call(Method::DELETE, &path, None).await.expect(204);
    app.drain().await;
    guest.call(Method::GET, &path, None).await.expect(410);
}

#[tokio::test(flavor = "multi_thread")]
async fn h19_search_history_and_files_as_earlier_clients_use_them() {
    let app = people::app().await;
    let asha = Person::register(&app.client, "asha").await;
    let other = Person::register(&app.client, "other").await;
    let me = Source { client: &asha.client, pretends: &other.id };
    me.call(Method::POST, "/api/properties", Some(request("3BHK by the lake"))).await.expect(201);
    let asked = json!({"query": "lake", "city": "Hyderabad", "state": "", "propertyType": "APARTMENT",
        "listingType": "", "minPrice": "1000000", "maxPrice": "", "bedrooms": "3", "bathrooms": "2",
        "minArea": "", "maxArea": "2000", "furnishedStatus": "SEMI_FURNISHED", "latitude": "17.44",
        "longitude": "78.35", "radiusKm": "5", "sortBy": "createdAt", "sortOrder": "desc", "page": "0", "size": "10"});
    let found = me.call(Method::POST, "/api/search/properties", Some(asked)).await.expect(200);
    has(found.data(), &PAGE);
    assert_eq!(found.data()["totalElements"], 1, "{}", found.text);
    has(
        &found.data()["content"][0],
        &["id", "title", "price", "images", "isFeatured", "distanceKm", "createdAt"],
    );
    for path in ["recommendations?limit=10", "featured?limit=10", "suggestions?query=la&limit=10"] {
        assert!(me.get(&format!("/api/search/{path}")).await.data().is_array(), "{path}");
    }
    app.drain().await;
    let whole = me.get(&format!("/api/user-history/{}?page=0&size=20", asha.id)).await;
    has(whole.data(), &["userId", "activities", "totalActivities", "currentPage", "totalPages", "summary"]);
    has(
        &whole.data()["summary"],
        &["userId", "activityCounts", "totalActivitiesLast30Days", "mostActiveDay", "lastActivityTimestamp"],
    );
    has(
        &whole.data()["activities"][0],
        &["activityId", "userId", "timestamp", "activityType", "description"],
    );
    for rest in [
        "recent?limit=10",
        "properties?limit=20",
        "searches?limit=10",
        "activities/PROPERTY_CREATED?limit=10",
    ] {
        let path = format!("/api/user-history/{}/{rest}", asha.id);
        let data = me.get(&path).await;
        let entries = data.data().as_array().or_else(|| data.data()["activities"].as_array()).unwrap();
        assert!(!entries.is_empty(), "{path}");
    }
    me.call(Method::GET, &format!("/api/user-history/{}", other.id), None).await.expect(403);
    files(&asha, &other).await;
}

async fn files(asha: &Person, other: &Person) {
    let forged = [("x-user-id", &*other.id)];
    let photo = images::jpeg(640, 480);
    let one = Form::file("front of the house.jpg", &photo).finish();
    let sent = asha.client.send_bytes(Method::POST, "/api/files/upload", one, &forged).await.expect(201);
    has(sent.data(), &["fileName", "fileUrl", "fileSize", "contentType"]);
    let several = Form::default().part("files", Some("a.jpg"), "image/jpeg", &photo);
    let several = several.part("files", Some("b.jpg"), "image/jpeg", &images::jpeg(320, 200)).finish();
    let path = "/api/files/upload/multiple";
    asha.client.send_bytes(Method::POST, path, several, &forged).await.expect(201);
    let name = sent.data()["fileName"].as_str().unwrap();
    let (status, headers, bytes) =
        asha.client.bytes(&format!("/api/files/download/{}/{name}", asha.id), &[]).await;
    assert_eq!((status, bytes.is_empty()), (200, false), "{headers:?}");
    asha.client
        .get(&format!("/api/files/download/{}/..%2F..%2Fkeys%2Fmaster.key", asha.id))
        .await
        .expect(404);
}
